"""The environment's variables, read as settings: nothing else reads the environment."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from millrace.errors import SettingError
from millrace.project.folder import nearest
from millrace.settings import (
    SECRET_IN_WORDS,
    STAGES,
    AthenaAccess,
    AwsSettings,
    EngineName,
    FeedKind,
    RuntimeKind,
    Secret,
    SecretName,
    Settings,
    TlsFiles,
    is_http_address,
)

_WEEK = 7 * 24 * 60  # minutes; the oldest result that Athena reuses (StartQueryExecution, MaxAgeInMinutes)
_LAKE = ".millrace"
_PREFIXES = ("MILLRACE_", "AWS_REGION")
_ENDPOINT = "MILLRACE_AWS_ENDPOINT_URL"
_SOURCE = "MILLRACE_SOURCE_"
_FROM = "_API_KEY_FROM"  # where the key is, instead of the key
_CREDENTIALS = re.compile(r"(^|//)[^/?#]*@")


def load(
    home: Path | None = None,
    environ: Mapping[str, str] = os.environ,
    *,
    project: Path | None = None,
    given: Mapping[str, str] | None = None,
) -> Settings:
    """Settings from the environment; `home` and `project` (the command line's) take precedence over `MILLRACE_HOME` and
    `MILLRACE_PROJECT`, and variables that are `given` over those of the same name.

    Blanks and line breaks around a value are removed, and an empty variable counts as not set. Raises SettingError for
    a value that is not allowed.
    """
    environ = _cleaned({**environ, **(given or {})})
    feed = environ.get("MILLRACE_FEED") or "live"
    if feed not in ("live", "simulated"):
        raise SettingError(f"MILLRACE_FEED is {feed!r}.", hint="Set it to live or simulated.")
    runtime = environ.get("MILLRACE_RUNTIME") or "local"
    if runtime not in ("local", "aws"):
        raise SettingError(f"MILLRACE_RUNTIME is {runtime!r}.", hint="Set it to local or aws.")
    named = project or (Path(environ["MILLRACE_PROJECT"]) if environ.get("MILLRACE_PROJECT") else None)
    return Settings(
        home=home or Path(environ.get("MILLRACE_HOME") or _default_home(named)),
        feed=cast(FeedKind, feed),
        source_urls=_urls(environ),
        api_keys={name: Secret(value) for name, value in _by_source(environ, "_API_KEY").items()},
        kill_at=environ.get("MILLRACE_KILL_AT", ""),
        aws=_aws(environ),
        athena=_athena(environ),
        athena_tls=_athena_tls(environ),
        athena_output=environ.get("MILLRACE_ATHENA_OUTPUT", ""),
        runtime=cast(RuntimeKind, runtime),
        engine=_engine(environ),
        project=named,
        notify=addresses(environ.get("MILLRACE_NOTIFY", "")),
        api_key_names=_api_key_names(environ),
        notify_name=_named_secret(environ, "MILLRACE_NOTIFY"),
        release=environ.get("MILLRACE_RELEASE", ""),
        private_hosts=_names(environ.get("MILLRACE_PRIVATE_HOSTS", "").lower()),
        grafana_url=environ.get("MILLRACE_GRAFANA_URL", ""),
        grafana_token=Secret(token) if (token := environ.get("MILLRACE_GRAFANA_TOKEN", "")) else None,
        grafana_contact=Secret(contact) if (contact := environ.get("MILLRACE_GRAFANA_CONTACT", "")) else None,
    )


def _is_true(environ: Mapping[str, str], name: str) -> bool:
    """Raises SettingError for another text than true and false."""
    given = environ.get(name, "") or "false"
    if given not in ("true", "false"):
        raise SettingError(f"{name} is {given!r}.", hint="Set it to true or false.")
    return given == "true"


def _names(text: str) -> tuple[str, ...]:
    """Those that commas separate."""
    return tuple(name for one in text.split(",") if (name := one.strip()))


def addresses(text: str) -> tuple[Secret, ...]:
    """The addresses of MILLRACE_NOTIFY, which are separated by commas."""
    return tuple(map(Secret, _names(text)))


def java(environ: Mapping[str, str] = os.environ) -> str | None:
    """The program that Spark's launcher starts: that of JAVA_HOME, else the first on the PATH. None: there is none."""
    home = environ.get("JAVA_HOME")
    return shutil.which("java", path=str(Path(home) / "bin") if home else environ.get("PATH", ""))


def _default_home(project: Path | None) -> Path:
    """`.millrace` beside the project's `millrace.toml`, from whatever folder below it a command is given; else here."""
    here = Path.cwd()
    root = project or nearest(here)
    return Path(_LAKE) if root is None or root == here else root / _LAKE


def _cleaned(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that are settings, each without the blanks around it, which a file or a shell easily adds. Raises
    SettingError for one with a line break or another control character inside; its value may be a secret.
    """
    cleaned = {name: value.strip() for name, value in environ.items() if name.startswith(_PREFIXES)}
    for name, value in cleaned.items():
        if not value.isprintable():
            raise SettingError(
                f"{name} has a line break or another character inside that cannot be seen.",
                hint="Set it to one line of text.",
            )
    return cleaned


def _engine(environ: Mapping[str, str]) -> EngineName | None:
    name = environ.get("MILLRACE_ENGINE")
    if name and name not in list(EngineName):
        raise SettingError(f"MILLRACE_ENGINE is {name!r}.", hint=f"Set it to one of {', '.join(EngineName)}.")
    return EngineName(name) if name else None


def _aws(environ: Mapping[str, str]) -> AwsSettings:
    stage = environ.get("MILLRACE_STAGE") or "dev"
    if stage not in STAGES:
        raise SettingError(f"MILLRACE_STAGE is {stage!r}.", hint=f"Set it to one of {', '.join(STAGES)}.")
    bucket = environ.get("MILLRACE_AWS_BUCKET", "")
    if "/" in bucket or ":" in bucket:
        raise SettingError(
            f"MILLRACE_AWS_BUCKET is {bucket!r}.",
            hint="Set it to the name of a bucket alone, and MILLRACE_AWS_PREFIX to the lake's prefix in the bucket.",
        )
    endpoints = {
        name.removeprefix(_ENDPOINT).lower().lstrip("_"): _without_credentials(name, _address(name, value))
        for name, value in environ.items()
        if value and (name == _ENDPOINT or name.startswith(f"{_ENDPOINT}_"))
    }
    return AwsSettings(
        stage=stage,
        region=environ.get("MILLRACE_AWS_REGION") or environ.get("AWS_REGION", ""),
        bucket=bucket,
        prefix=environ.get("MILLRACE_AWS_PREFIX", "").strip("/"),
        table=environ.get("MILLRACE_AWS_STATE_TABLE", ""),
        endpoint_url=endpoints.pop("", ""),
        endpoints=endpoints,
        stream=environ.get("MILLRACE_AWS_STREAM", ""),
        queue=environ.get("MILLRACE_AWS_QUEUE_URL", ""),
        workgroup=environ.get("MILLRACE_AWS_WORKGROUP") or AwsSettings.workgroup,
        reuse_minutes=_whole(environ, "MILLRACE_AWS_REUSE_MINUTES", _WEEK, " of minutes"),
        job_queries=_whole(environ, "MILLRACE_AWS_JOB_QUERIES", 200, ""),
        unreached=_names(environ.get("MILLRACE_AWS_UNREACHED_SOURCES", "")),
        crawls_raw=_is_true(environ, "MILLRACE_AWS_CRAWLS_RAW"),
        begun_by_crawls=_names(environ.get("MILLRACE_AWS_BEGUN_BY_CRAWLS", "")),
        job_function=environ.get("MILLRACE_AWS_JOB_FUNCTION", ""),
    )


def _whole(environ: Mapping[str, str], name: str, most: int, of: str) -> int:
    """`of`: what it is a number of, in words. Raises SettingError."""
    text = environ.get(name) or "0"
    if not (text.isascii() and text.isdigit() and int(text) <= most):
        raise SettingError(f"{name} is {text!r}.", hint=f"Set it to a whole number{of}, {most} at most.")
    return int(text)


def _athena(environ: Mapping[str, str]) -> AthenaAccess | None:
    key_id, secret = _pair(environ, "MILLRACE_ATHENA_ACCESS_KEY", "MILLRACE_ATHENA_SECRET_KEY")
    return AthenaAccess(key_id, Secret(secret)) if key_id else None


def _athena_tls(environ: Mapping[str, str]) -> TlsFiles | None:
    certificate, key = _pair(environ, "MILLRACE_ATHENA_CERTIFICATE", "MILLRACE_ATHENA_KEY")
    return TlsFiles(Path(certificate), Path(key)) if certificate else None


def _pair(environ: Mapping[str, str], first: str, second: str) -> tuple[str, str]:
    """The values of two variables that are set together; empty when neither is. Raises SettingError for one alone."""
    values = environ.get(first, ""), environ.get(second, "")
    if bool(values[0]) != bool(values[1]):
        raise SettingError(f"only one of {first} and {second} is set.", hint="Set both, or neither.")
    return values


def _api_key_names(environ: Mapping[str, str]) -> dict[str, SecretName]:
    names = {
        source: _secret_name(environ, f"{_SOURCE}{source.upper()}_API_KEY") for source in _by_source(environ, _FROM)
    }
    return {source: name for source, name in names.items() if name is not None}


def _secret_name(environ: Mapping[str, str], variable: str) -> SecretName | None:
    """What VARIABLE_FROM says. Raises SettingError when VARIABLE is set, too, or for a service of no known name."""
    if environ.get(variable) and environ.get(f"{variable}_FROM"):
        raise SettingError(f"{variable} and {variable}_FROM are both set.", hint="Set one of them.")
    return _named_secret(environ, variable)


def _named_secret(environ: Mapping[str, str], variable: str) -> SecretName | None:
    """What VARIABLE_FROM says. Raises SettingError for a service of no known name."""
    text = environ.get(f"{variable}_FROM", "")
    if not text:
        return None
    found = SecretName.of(text)
    if found is None:
        raise SettingError(f"{variable}_FROM is {text!r}.", hint=f"Set it to {SECRET_IN_WORDS}.")
    return found


def _urls(environ: Mapping[str, str]) -> dict[str, str]:
    urls = _by_source(environ, "_URL")
    return {name: _address(f"MILLRACE_SOURCE_{name.upper()}_URL", url) for name, url in urls.items()}


def _address(variable: str, url: str) -> str:
    """Raises SettingError for a text that is no HTTP address; its message has no user and password."""
    if not is_http_address(url):
        shown = _CREDENTIALS.sub(r"\1***@", url)
        raise SettingError(
            f"{variable} is {shown!r}.",
            hint="Set it to an address that begins with http:// or https:// and has no blanks.",
        )
    return url


def _without_credentials(variable: str, url: str) -> str:
    if "@" in urlsplit(url).netloc:
        raise SettingError(
            f"{variable} has a user or a password.", hint="Remove it: AWS credentials come from the AWS configuration."
        )
    return url


def _by_source(environ: Mapping[str, str], suffix: str) -> dict[str, str]:
    return {
        name[len(_SOURCE) : -len(suffix)].lower(): value
        for name, value in environ.items()
        if name.startswith(_SOURCE) and name.endswith(suffix) and len(name) > len(_SOURCE + suffix) and value
    }
