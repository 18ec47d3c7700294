"""All settings, and the only reader of the environment."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal, cast
from urllib.parse import urlsplit

from millrace.errors import SettingError, UnknownName
from millrace.project.folder import nearest

FeedKind = Literal["live", "simulated"]
RuntimeKind = Literal["local", "aws"]
_WEEK = 7 * 24 * 60  # minutes; the oldest result that Athena reuses (StartQueryExecution, MaxAgeInMinutes)
_LAKE = ".millrace"
_PREFIXES = ("MILLRACE_", "AWS_REGION")
_ENDPOINT = "MILLRACE_AWS_ENDPOINT_URL"
_SOURCE = "MILLRACE_SOURCE_"
_FROM = "_API_KEY_FROM"  # where the key is, instead of the key
_CREDENTIALS = re.compile(r"(^|//)[^/?#]*@")
STAGES = ("dev", "test", "uat", "staging", "prod")


class EngineName(StrEnum):
    """An engine for jobs' SQL: on one machine DuckDB (the default) or Spark, on AWS Athena (the default) or Spark."""

    DUCKDB = "duckdb"
    SPARK = "spark"
    ATHENA = "athena"

    @classmethod
    def named(cls, name: str) -> EngineName:
        """Raises UnknownName."""
        if name not in list(cls):
            raise UnknownName("engine", name, cls)
        return cls(name)


class Secret:
    """A value that neither `str` nor `repr` shows: only `reveal()` gives it."""

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__


SECRET_IN_WORDS = "ssm: and a parameter's name, or secretsmanager: and a secret's name or ARN"


@dataclass(frozen=True)
class SecretName:
    """Where AWS keeps a secret. `service`: `ssm` (a parameter, also a SecureString) or `secretsmanager`."""

    service: str
    name: str

    @classmethod
    def of(cls, text: str) -> SecretName | None:
        """What `ssm:NAME` or `secretsmanager:NAME` says; None for another text."""
        service, _, name = text.partition(":")
        return cls(service, name) if service in ("ssm", "secretsmanager") and name else None


@dataclass(frozen=True)
class ReadersWorkgroup:
    """The workgroup of people's queries, where it is not that of jobs. `output`: the s3:// address of its results."""

    name: str
    output: str


@dataclass(frozen=True)
class AwsSettings:
    """A lake's place on AWS. An empty `region` is left to the AWS configuration; empty names follow from the stage.

    `prefix`: the lake's root in the bucket, without slashes around it. `table`: the DynamoDB table of state. `stream`:
    the Firehose stream. `queue`: the URL of the queue of S3's messages about new raw objects. `endpoint_url` replaces
    the address of every service, `endpoints` those of single services (`athena`). `reuse_minutes`: the greatest age of
    an Athena result that is reused (0: none is). `job_queries`: the most queries that all processes with this setting
    have under way at once (0: no limit). `unreached`: the sources whose feeds this process does not reach, since
    they are in a VPC and it is not. `readers`: of people's queries, which take none of `job_queries`; None: they are
    those of `workgroup`. Credentials are not here: boto3 finds them as every AWS tool does, or under the name
    `profile`.
    """

    stage: str = "dev"
    region: str = ""
    bucket: str = ""
    prefix: str = ""
    table: str = ""
    endpoint_url: str = ""
    endpoints: Mapping[str, str] = field(default_factory=dict)
    stream: str = ""
    queue: str = ""
    workgroup: str = "primary"
    reuse_minutes: int = 0
    job_queries: int = 0
    unreached: tuple[str, ...] = ()
    profile: str = ""
    readers: ReadersWorkgroup | None = None

    @property
    def state_table(self) -> str:
        return self.table or f"millrace_{self.stage}_state"

    @property
    def stream_name(self) -> str:
        return self.stream or f"millrace_{self.stage}_raw"

    @property
    def queue_name(self) -> str:
        """The name of the stage's queue, for when `queue` is empty."""
        return f"millrace_{self.stage}_new_objects"

    def endpoint(self, service: str) -> str | None:
        """The address that replaces a service's; None: the service's own."""
        return self.endpoints.get(service) or self.endpoint_url or None

    def required_bucket(self) -> str:
        """The bucket. Raises SettingError when none is set."""
        if not self.bucket:
            raise SettingError("no bucket is set for the lake.", hint="Set MILLRACE_AWS_BUCKET to its name.")
        return self.bucket


@dataclass(frozen=True)
class AthenaAccess:
    """The key pair that requests to the local Athena endpoint must be signed with."""

    key_id: str
    secret: Secret


@dataclass(frozen=True)
class TlsFiles:
    """PEM files for the local Athena endpoint: its certificate, and the certificate's key."""

    certificate: Path
    key: Path


@dataclass(frozen=True)
class Settings:
    """All settings. `source_urls` and `api_keys` are by source name (`MILLRACE_SOURCE_<NAME>_URL`, `_API_KEY`).

    `api_key_names` and `notify_name` say where AWS keeps an API key, or the addresses of `notify`, instead.
    An address may hold a user and a password, so `source_urls` is in no repr.
    `kill_at`: the commit point at which tests kill the process. `athena_output`: the s3:// address for query results.
    `engine`: the engine of jobs; None: the runtime's default. `project`: the folder of the project; None: the nearest
    from the working directory upward, else what ships. `notify`: the addresses that are told of events, besides the
    log; an address may hold a key. `release`: the hash of the release that this process is of; "": its code is not
    packaged.
    """

    home: Path
    feed: FeedKind = "live"
    source_urls: Mapping[str, str] = field(default_factory=dict, repr=False)
    api_keys: Mapping[str, Secret] = field(default_factory=dict)
    kill_at: str = ""
    aws: AwsSettings = AwsSettings()
    athena: AthenaAccess | None = None
    athena_tls: TlsFiles | None = None
    athena_output: str = ""
    runtime: RuntimeKind = "local"
    engine: EngineName | None = None
    project: Path | None = None
    notify: tuple[Secret, ...] = ()
    api_key_names: Mapping[str, SecretName] = field(default_factory=dict)
    notify_name: SecretName | None = None
    release: str = ""


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
        notify_name=_secret_name(environ, "MILLRACE_NOTIFY"),
        release=environ.get("MILLRACE_RELEASE", ""),
    )


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
    text = environ.get(f"{variable}_FROM", "")
    if not text:
        return None
    if environ.get(variable):
        raise SettingError(f"{variable} and {variable}_FROM are both set.", hint="Set one of them.")
    found = SecretName.of(text)
    if found is None:
        raise SettingError(f"{variable}_FROM is {text!r}.", hint=f"Set it to {SECRET_IN_WORDS}.")
    return found


def _urls(environ: Mapping[str, str]) -> dict[str, str]:
    urls = _by_source(environ, "_URL")
    return {name: _address(f"MILLRACE_SOURCE_{name.upper()}_URL", url) for name, url in urls.items()}


def is_http_address(url: str) -> bool:
    """Whether a request can be sent to this address: with a scheme and a host, and without blanks."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and " " not in url
    except ValueError:
        return False


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
