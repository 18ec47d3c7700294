"""The local Athena endpoint over TLS: clients that trust it, clients that do not, and files that cannot be used."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import SSLError
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from millrace.infra.runtime.local import LocalRuntime
from millrace.serving.http_server import Address
from millrace.serving.tls import tls_of
from millrace.settings import Settings, TlsFiles
from millrace.usecases.athena import serving_athena
from tests.doubles.certificates import certificate_pem, key_pem
from tests.end_to_end.athena_api.athena_lake import REGION, make_lake, rows
from tests.end_to_end.documents import ROOT, blocks
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import answer

AT_ONCE = 10  # seconds; who waits for a client that stays silent waits for minutes
TEXTS = [block for block in blocks(ROOT / "docs" / "athena.md") if block.language == "text"]
DOCUMENTED = [command for block in TEXTS for command in block.commands()]
PROBE = """
import java.net.URI;
import java.net.http.*;
public class Probe {
    public static void main(String[] given) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(given[0])).header("X-Amz-Target", "AmazonAthena.ListWorkGroups")
            .POST(HttpRequest.BodyPublishers.ofString("{}")).build();
        System.out.println(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
    }
}
"""


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder: a certificate with its key, another pair, and what cannot be used."""
    folder = tmp_path_factory.mktemp("pem")
    key, other = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    contents = {
        "certificate": certificate_pem(key),
        "key": key_pem(key),
        "other_certificate": certificate_pem(other),
        "other_key": key_pem(other),
        "elliptic_key": key_pem(ec.generate_private_key(ec.SECP256R1())),
        "encrypted_key": key_pem(key, b"hidden"),
        "words": b"These are words.\n",
        "broken": b"-----BEGIN CERTIFICATE-----\nwords\n-----END CERTIFICATE-----\n",
    }
    for name, content in contents.items():
        (folder / f"{name}.pem").write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("tls") / "lake"
    make_lake(home)
    return home


@pytest.fixture
def url(lake: Path, pem: Path) -> Iterator[str]:
    tls = TlsFiles(pem / "certificate.pem", pem / "key.pem")
    settings = Settings(home=lake, feed="simulated")
    with LocalRuntime.existing(settings) as runtime, serving_athena(runtime, Address(), tls) as server:
        yield server.url


@contextmanager
def process(lake: Path, *words: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process, and the line in which it says where it serves."""
    command = [sys.executable, "-m", "millrace", *words, "--home", str(lake)]
    given = {**os.environ, "MILLRACE_FEED": "simulated", **environment}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=given) as running:
        assert running.stdout is not None
        try:
            yield running, next((line for line in running.stdout if "://" in line), "it never served")
        finally:
            running.kill()


def address_in(line: str) -> str:
    return next(word for word in line.split() if word.startswith("https://"))


def ask(url: str, trusted: Path) -> list[list[str | None]]:
    """Rows for a client that trusts one certificate, and that does not wait for others."""
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=AT_ONCE, read_timeout=AT_ONCE)
    client = boto3.client(
        "athena",
        endpoint_url=url,
        region_name=REGION,
        verify=str(trusted),
        config=config,
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )
    with closing(client):
        return rows(client, "SELECT max(taxis) FROM prod.taxi_availability")


def connected(url: str) -> socket.socket:
    address = urlsplit(url)
    return socket.create_connection((address.hostname or "", address.port or 0), timeout=AT_ONCE)


def received(connection: socket.socket) -> bytes:
    """Everything until the other side ends the connection."""
    found = b""
    try:
        while some := connection.recv(4096):
            found += some
    except ConnectionResetError:
        pass
    return found


def test_a_client_that_trusts_the_certificate_is_answered(url: str, pem: Path) -> None:
    assert url.startswith("https://127.0.0.1:")
    assert ask(url, pem / "certificate.pem") == [["7"]]
    assert ask(url.replace("127.0.0.1", "localhost"), pem / "certificate.pem") == [["7"]]


def test_a_client_that_trusts_another_certificate_disturbs_no_other_client(
    url: str, pem: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "millrace")
    with pytest.raises(SSLError, match="CERTIFICATE_VERIFY_FAILED"):
        ask(url, pem / "other_certificate.pem")
    assert ask(url, pem / "certificate.pem") == [["7"]]
    assert (capfd.readouterr(), [record for record in caplog.records if record.exc_info]) == (("", ""), [])


def test_plain_http_gets_no_answer_and_does_no_harm(
    url: str, pem: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "millrace")
    with connected(url) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"HTTP/" not in received(plain)
    assert ask(url, pem / "certificate.pem") == [["7"]]
    assert (capfd.readouterr(), [record for record in caplog.records if record.exc_info]) == (("", ""), [])


@pytest.mark.parametrize("said", [b"", b"\x16\x03\x01\x02\x00\x01"], ids=["nothing", "half a greeting"])
def test_a_client_that_stays_silent_delays_no_other_client(url: str, pem: Path, said: bytes) -> None:
    with connected(url) as silent:
        silent.sendall(said)
        assert ask(url, pem / "certificate.pem") == [["7"]]


def test_old_versions_of_tls_are_not_spoken(pem: Path) -> None:
    context = tls_of(TlsFiles(pem / "certificate.pem", pem / "key.pem"))
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2


def test_options_override_settings_and_it_ends_at_the_stop_signal(lake: Path, pem: Path) -> None:
    options = ["--certificate", str(pem / "certificate.pem"), "--key", str(pem / "key.pem")]
    settings = {"MILLRACE_ATHENA_CERTIFICATE": "nowhere.pem", "MILLRACE_ATHENA_KEY": "nowhere.pem"}
    with process(lake, "athena", "--port", "0", *options, **settings) as (running, line):
        assert "the Athena endpoint is at https://127.0.0.1:" in line
        assert ask(address_in(line), pem / "certificate.pem") == [["7"]]
        with connected(address_in(line)):
            running.send_signal(signal.SIGTERM)
            rest = running.communicate(timeout=60)[0]
        assert (running.returncode, rest) == (0, "")


def test_up_takes_the_settings(tmp_path: Path, pem: Path) -> None:
    make_lake(tmp_path / "lake")
    with serving(lambda asked: answer(asked or datetime.now(UTC))) as feed:
        environment = {
            "MILLRACE_SOURCE_TAXI_AVAILABILITY_URL": feed,
            "MILLRACE_ATHENA_CERTIFICATE": str(pem / "certificate.pem"),
            "MILLRACE_ATHENA_KEY": str(pem / "key.pem"),
        }
        with process(tmp_path / "lake", "up", "--no-page", "--athena", "0", **environment) as (running, line):
            url = json.loads(line)["url"]
            assert url.startswith("https://127.0.0.1:")
            assert ask(url, pem / "certificate.pem") == [["7"]]
            running.send_signal(signal.SIGTERM)
            running.communicate(timeout=60)
            assert running.returncode == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"certificate": "certificate"}, "only one of --certificate and --key is given. Give both, or neither."),
        ({"key": "key"}, "only one of --certificate and --key is given. Give both, or neither."),
        (
            {"certificate": "none", "key": "key"},
            "the certificate {}/none.pem cannot be read: No such file",
        ),
        (
            {"certificate": "certificate", "key": "none"},
            "the key {}/none.pem cannot be read: No such file",
        ),
        ({"certificate": "words", "key": "key"}, "{}/words.pem holds no certificate in PEM."),
        ({"certificate": "key", "key": "certificate"}, "{}/key.pem holds no certificate in PEM."),
        ({"certificate": "certificate", "key": "words"}, "{}/words.pem holds no key in PEM."),
        (
            {"certificate": "broken", "key": "key"},
            "{0}/broken.pem and {0}/key.pem cannot be used for TLS: not",
        ),
        ({"certificate": "certificate", "key": "other_key"}, "cannot be used for TLS: the key belongs to another"),
        ({"certificate": "certificate", "key": "elliptic_key"}, "cannot be used for TLS: the key belongs to another"),
        ({"certificate": "certificate", "key": "encrypted_key"}, "{}/encrypted_key.pem is encrypted. Give a key"),
    ],
    ids=lambda given: "-".join(given.values()) if isinstance(given, dict) else "",
)
def test_files_that_cannot_be_used_are_reported_in_one_line(
    lake: Path, pem: Path, options: dict[str, str], message: str
) -> None:
    words = [word for name, file in options.items() for word in (f"--{name}", str(pem / f"{file}.pem"))]
    done = subprocess.run(
        [sys.executable, "-m", "millrace", "athena", "--port", "0", "--home", str(lake), *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "MILLRACE_FEED": "simulated"},
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert message.format(pem) in done.stderr


def type_it(program: str, folder: Path) -> None:
    """The command of docs/athena.md that begins with it."""
    [command] = [one for one in DOCUMENTED if one.startswith(program)]
    done = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


@pytest.mark.skipif(not shutil.which("openssl"), reason="what the document has made is made with openssl")
def test_what_the_document_says_about_certificates_can_be_typed(
    lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [shlex.split(command)[0] for command in DOCUMENTED] == ["openssl", "millrace", "keytool"]
    type_it("openssl", tmp_path)
    made = x509.load_pem_x509_certificate((tmp_path / "certificate.pem").read_bytes())
    assert not made.extensions.get_extension_for_class(x509.BasicConstraints).value.ca  # vouches for nobody else
    monkeypatch.chdir(tmp_path)
    words = shlex.split(DOCUMENTED[1].replace("--home lake --port 8765", "--port 0"))
    with process(lake, *words[1:]) as (_, line):
        assert ask(address_in(line), tmp_path / "certificate.pem") == [["7"]]
        strict = ssl.create_default_context(cafile="certificate.pem")
        strict.verify_flags |= ssl.VERIFY_X509_STRICT  # as Python 3.13 has it
        with connected(address_in(line)) as plain, strict.wrap_socket(plain, server_hostname="localhost") as connection:
            assert connection.version() == "TLSv1.3"
        if all(shutil.which(program) for program in ("java", "javac", "keytool")):
            java_trusts_it_with_a_store_only(address_in(line), tmp_path)


def java_trusts_it_with_a_store_only(url: str, folder: Path) -> None:
    type_it("keytool", folder)
    (folder / "Probe.java").write_text(PROBE)
    store = ["-Djavax.net.ssl.trustStore=trust.p12", "-Djavax.net.ssl.trustStorePassword=changeit"]
    told, untold = (
        subprocess.run(
            ["java", *options, "Probe.java", url.replace("127.0.0.1", "localhost")],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        for options in (store, [])
    )
    assert [group["Name"] for group in json.loads(told.stdout or told.stderr)["WorkGroups"]] == ["primary"]
    assert (untold.returncode, "SSLHandshakeException" in untold.stderr) == (1, True)
