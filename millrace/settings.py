"""All settings, and the only reader of the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal, cast

from millrace.errors import SettingError

FeedKind = Literal["live", "simulated"]
RuntimeKind = Literal["local", "aws"]
_WEEK = 7 * 24 * 60  # minutes; no result of Athena's is older (StartQueryExecution, MaxAgeInMinutes)
_ENDPOINT = "MILLRACE_AWS_ENDPOINT_URL"
STAGES = ("dev", "test", "uat", "staging", "prod")


class EngineName(StrEnum):
    """What runs the SQL of jobs: on one machine DuckDB (the default) or Spark, on AWS Athena (the default) or Spark."""

    DUCKDB = "duckdb"
    SPARK = "spark"
    ATHENA = "athena"


class Secret:
    """A value that never shows itself: only `reveal()` gives it."""

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__


@dataclass(frozen=True)
class AwsSettings:
    """Where on AWS. Empty: `region` is left to the AWS configuration; `table`, `stream`, `queue` are the stage's own.

    `prefix`: where in the bucket the lake is, without slashes around it. `endpoint_url` stands for every service's own
    address, `endpoints` for that of single ones (`athena`). `queue` is the address of the queue that is told of new raw
    objects. `reuse_minutes`: how old a result of Athena's may be that is given again (0: none is). Credentials are not
    here: boto3 finds them as every AWS tool does.
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

    @property
    def state_table(self) -> str:
        return self.table or f"millrace_{self.stage}_state"

    @property
    def stream_name(self) -> str:
        return self.stream or f"millrace_{self.stage}_raw"

    @property
    def queue_name(self) -> str:
        """Of the stage's own queue."""
        return f"millrace_{self.stage}_new_objects"

    def endpoint(self, service: str) -> str | None:
        """What stands for a service's own address; None: nothing."""
        return self.endpoints.get(service) or self.endpoint_url or None

    def required_bucket(self) -> str:
        """Raises SettingError where none is set."""
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
    """PEM files for the local Athena endpoint: the certificate that it shows, and the key that belongs to it."""

    certificate: Path
    key: Path


@dataclass(frozen=True)
class Settings:
    """`source_urls` and `api_keys` are by source name, as in `MILLRACE_SOURCE_<NAME>_URL` and `_API_KEY`.

    `athena_output`: the s3:// address for results of queries. `engine`: what jobs run on; None: the runtime's first.
    """

    home: Path
    feed: FeedKind = "live"
    source_urls: Mapping[str, str] = field(default_factory=dict)
    api_keys: Mapping[str, Secret] = field(default_factory=dict)
    kill_at: str = ""
    aws: AwsSettings = AwsSettings()
    athena: AthenaAccess | None = None
    athena_tls: TlsFiles | None = None
    athena_output: str = ""
    runtime: RuntimeKind = "local"
    engine: EngineName | None = None


def load(home: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from the environment; `home` (the command line's `--home`) goes before `MILLRACE_HOME`.

    An empty variable counts as not set. Raises SettingError for a value that is not one of those allowed.
    """
    feed = environ.get("MILLRACE_FEED") or "live"
    if feed not in ("live", "simulated"):
        raise SettingError(f"MILLRACE_FEED is {feed!r}.", hint="Set it to live or simulated.")
    runtime = environ.get("MILLRACE_RUNTIME") or "local"
    if runtime not in ("local", "aws"):
        raise SettingError(f"MILLRACE_RUNTIME is {runtime!r}.", hint="Set it to local or aws.")
    return Settings(
        home=home or Path(environ.get("MILLRACE_HOME") or ".millrace"),
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
    )


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
            hint="Set it to a bucket's name alone; MILLRACE_AWS_PREFIX says where in it the lake is.",
        )
    endpoints = {
        name.removeprefix(_ENDPOINT).lower().lstrip("_"): _address(name, value)
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
        reuse_minutes=_minutes(environ, "MILLRACE_AWS_REUSE_MINUTES"),
    )


def _minutes(environ: Mapping[str, str], name: str) -> int:
    text = environ.get(name) or "0"
    if not (text.isascii() and text.isdigit() and int(text) <= _WEEK):
        raise SettingError(f"{name} is {text!r}.", hint=f"Set it to whole minutes, {_WEEK} at most.")
    return int(text)


def _athena(environ: Mapping[str, str]) -> AthenaAccess | None:
    key_id, secret = _both(environ, "MILLRACE_ATHENA_ACCESS_KEY", "MILLRACE_ATHENA_SECRET_KEY")
    return AthenaAccess(key_id, Secret(secret)) if key_id else None


def _athena_tls(environ: Mapping[str, str]) -> TlsFiles | None:
    certificate, key = _both(environ, "MILLRACE_ATHENA_CERTIFICATE", "MILLRACE_ATHENA_KEY")
    return TlsFiles(Path(certificate), Path(key)) if certificate else None


def _both(environ: Mapping[str, str], first: str, second: str) -> tuple[str, str]:
    """Two variables that mean something only together; empty where they are not set."""
    found = environ.get(first, ""), environ.get(second, "")
    if bool(found[0]) != bool(found[1]):
        raise SettingError(f"of {first} and {second} only one is set.", hint="Set both, or neither.")
    return found


def _urls(environ: Mapping[str, str]) -> dict[str, str]:
    urls = _by_source(environ, "_URL")
    return {name: _address(f"MILLRACE_SOURCE_{name.upper()}_URL", url) for name, url in urls.items()}


def _address(variable: str, url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise SettingError(f"{variable} is {url!r}.", hint="Set it to an address that begins with http or https.")
    return url


def _by_source(environ: Mapping[str, str], suffix: str) -> dict[str, str]:
    prefix = "MILLRACE_SOURCE_"
    return {
        name[len(prefix) : -len(suffix)].lower(): value
        for name, value in environ.items()
        if name.startswith(prefix) and name.endswith(suffix) and len(name) > len(prefix + suffix) and value
    }
