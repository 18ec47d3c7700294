"""MiniStack: CloudFormation with real change sets, and most of what a stack has; a process on loopback.

What it does not know is taken out of a template between Millrace and it, by `Stripping`, and is listed in `UNKNOWN`:
Millrace itself knows nothing of it. What it does otherwise than AWS, so that no test relies on it:
- it checks the name of a bucket that is taken over as if it were to be made, unless the validation is turned off;
- it says of most changes that they may replace, where AWS knows, and not what a policy then keeps;
- it does not know what an execution role may do: `tests/unit/infra/deployment/test_bootstrap_role.py` looks at that.
An access key of twelve digits is that of the account with this number, so each test has an account of its own.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.message import Message
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from millrace.infra.runtime.aws_clients import AwsClients, Credentials
from millrace.settings import AwsSettings, Secret
from tests.doubles.loopback_server import LoopbackRequest, LoopbackResponse, LoopbackServer, forwarded
from tests.judges import JUDGES

REGION = "ap-southeast-1"

# Types that it has no resource of; the name that others refer to them by is left in its place.
UNKNOWN = {
    "AWS::Athena::NamedQuery": "it keeps named queries, but not by CloudFormation",
    "AWS::Athena::PreparedStatement": "it has none",
    "AWS::Glue::Workflow": "it has triggers and jobs, and no workflow around them",
}
# Types that it knows but for such resources.
UNKNOWN_WITH = {"AWS::CloudWatch::Alarm": ("Metrics", "it has no alarm over several metrics")}

_PATIENCE = 60.0  # seconds to start in; 2 are usual
# The server's process group ends with it, and with this process however that ends: the pipe from it is closed then.
_GROUP = '("$@" </dev/null; kill -9 0) & read -r _; kill -9 0'


def ministack() -> Path | None:
    """The interpreter that has it; None where it is not installed."""
    return next(iter(sorted(JUDGES.glob("ministack-*/bin/python"))), None)


BY_TLS = "OnlyByTls"  # the Sid of statements that refuse it where it looks at permissions: it is reached without TLS


def _is_unknown(resource: Mapping[str, Any]) -> bool:
    kind = resource["Type"]
    return kind in UNKNOWN or (kind in UNKNOWN_WITH and UNKNOWN_WITH[kind][0] in resource["Properties"])


def _allows_nothing(resource: Mapping[str, Any]) -> bool:
    return all(one.get("Sid") == BY_TLS for one in resource["Properties"]["PolicyDocument"]["Statement"])


def stripped(template: Mapping[str, Any], *, by_tls: bool = True) -> dict[str, Any]:
    """A template without what MiniStack does not know; `by_tls`: with the statements about TLS."""
    resources = template["Resources"]
    gone = {title: one for title, one in resources.items() if _is_unknown(one)}
    if not by_tls:
        policies = {
            title: one for title, one in resources.items() if one["Type"].endswith(("BucketPolicy", "QueuePolicy"))
        }
        gone |= {title: one for title, one in policies.items() if _allows_nothing(one)}

    def without(node: Any) -> Any:
        if isinstance(node, list):
            kept = [one for one in node if by_tls or not (isinstance(one, dict) and one.get("Sid") == BY_TLS)]
            return [without(one) for one in kept]
        if not isinstance(node, dict):
            return node
        if len(node) == 1 and node.get("Ref") in gone:
            properties = gone[node["Ref"]]["Properties"]
            return properties.get("Name") or properties["AlarmName"]
        return {name: without(one) for name, one in node.items()}

    kept = {title: without(one) for title, one in resources.items() if title not in gone}
    for one in kept.values():
        if "DependsOn" in one:
            named = one["DependsOn"] if isinstance(one["DependsOn"], list) else [one["DependsOn"]]
            one["DependsOn"] = [title for title in named if title not in gone]
    return {**template, "Resources": kept}


@contextmanager
def running(interpreter: Path, folder: Path, environ: Mapping[str, str] | None = None) -> Iterator[str]:
    """Its address, until the block is left. `folder`: where it writes its log."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    settings = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "MINISTACK_REGION": REGION, **(environ or {})}
    with (folder / "ministack.log").open("wb") as log:
        process = subprocess.Popen(
            ["/bin/sh", "-c", _GROUP, "sh", str(interpreter), "-m", "ministack"],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder), **settings},
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait(url, process)
        yield url
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        with process:  # closes the pipe
            pass


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            with urllib.request.urlopen(f"{url}/_ministack/health", timeout=5):
                return
        except OSError:
            if time.monotonic() > until or process.poll() is not None:
                raise
            time.sleep(0.05)


class Stripping:
    """A proxy of CloudFormation alone, for one account: what MiniStack does not know is taken out of each template.

    `given`: the templates as they came; `roles`: the role of each. `validates`: whether MiniStack validates before it
    deploys. `before`: called with the name of each action and its parameters; an answer of it is given instead.
    `keys`: the access key, and its secret, of who asks; another access key is that of another account. `by_tls`:
    whether statements about TLS are left.
    """

    def __init__(self, to: str, account: str) -> None:
        self.given: list[dict[str, Any]] = []
        self.roles: list[str] = []
        self.keys = (account, "testing")
        self.by_tls = True
        self.validates = True
        self.before: Callable[[str, Mapping[str, str]], tuple[int, bytes] | None] = lambda action, given: None
        self._to, self._account = urlsplit(to).netloc, account
        self._s3_of = cache(lambda key: clients_at(to, key).s3)
        self._server = LoopbackServer(self._answer)
        self.url = self._server.url

    def close(self) -> None:
        self._server.close()

    def _answer(self, request: LoopbackRequest) -> LoopbackResponse:
        given = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        if instead := self.before(given["Action"], given):
            return LoopbackResponse(*instead, headers=(("Content-Type", "text/xml"),))
        keys = self._keys_of(request.headers)
        asked = self._account if keys == self.keys else keys[0]
        is_template = given["Action"] == "CreateChangeSet"
        body = self._rewritten(given, self._s3_of(asked)) if is_template else request.body
        signed = self._signed(request.path, body, request.headers["Content-Type"], keys)
        return forwarded(self._to, "POST", request.path, signed.items(), body)

    def _keys_of(self, headers: Message) -> tuple[str, str]:
        """The access key of a request, and its secret."""
        [key] = re.findall(r"Credential=([^/]+)/", headers["Authorization"])
        return self.keys if key == self.keys[0] else (key, "testing")

    def _signed(self, path: str, body: bytes, kind: str, keys: tuple[str, str]) -> dict[str, str]:
        """The headers of a request, signed anew: what went through is another one than came."""
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials as Signer

        request = AWSRequest("POST", f"http://{self._to}{path}", {"Content-Type": kind}, body)
        SigV4Auth(Signer(*keys), "cloudformation", REGION).add_auth(request)
        return dict(request.headers)

    def _rewritten(self, given: dict[str, str], s3: Any) -> bytes:
        url = given.get("TemplateURL", "")
        template = json.loads(self._at(url, s3) if url else given["TemplateBody"])
        self.given.append(template)
        self.roles.append(given.get("RoleARN", ""))
        text = json.dumps(stripped(template, by_tls=self.by_tls))
        given |= {"TemplateURL": self._put(url, text, s3)} if url else {"TemplateBody": text}
        given |= {"DisableValidation": str(not self.validates).lower()}
        return urlencode(given).encode()

    def _at(self, url: str, s3: Any) -> str:
        """The template at an address, which anybody but its account is refused."""
        assert urlsplit(url).netloc == self._to, f"{url} is not where this stands"
        _, bucket, key = urlsplit(url).path.split("/", 2)
        return str(s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode())

    def _put(self, url: str, text: str, s3: Any) -> str:
        _, bucket, key = urlsplit(url).path.split("/", 2)
        s3.put_object(Bucket=bucket, Key=f"stripped/{key}", Body=text.encode())
        return f"http://{self._to}/{bucket}/stripped/{key}"


def clients_at(url: str, account: str) -> AwsClients:
    return AwsClients(AwsSettings(region=REGION, endpoint_url=url), Credentials(account, Secret("testing")))


def error(code: str, message: str, status: int = 400) -> tuple[int, bytes]:
    """An answer of CloudFormation's, for `Stripping.before`."""
    text = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
    return status, f"<ErrorResponse>{text}<RequestId>1</RequestId></ErrorResponse>".encode()
