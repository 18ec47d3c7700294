"""All settings: what they are, and what follows from them. `millrace/environment.py` reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from millrace.errors import SettingError, UnknownName

FeedKind = Literal["live", "simulated"]
RuntimeKind = Literal["local", "aws"]
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
    those of `workgroup`. `job_function`: the ARN of a version of the function that makes jobs, where a router starts
    them. `begun_by_crawls`: the workflows of Glue that begin with a crawl. `crawls_raw`: whether each refinement begins
    with the crawler of the raw tables. Credentials are not here: boto3 finds them as every AWS tool does, or under the
    name `profile`.
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
    begun_by_crawls: tuple[str, ...] = ()
    crawls_raw: bool = False
    profile: str = ""
    readers: ReadersWorkgroup | None = None
    job_function: str = ""

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

    `api_key_names` say where AWS keeps an API key instead, `notify_name` where it keeps further addresses of `notify`.
    An address may hold a user and a password, so `source_urls` is in no repr.
    `kill_at`: the commit point at which tests kill the process. `athena_output`: the s3:// address for query results.
    `engine`: the engine of jobs; None: the runtime's default. `project`: the folder of the project; None: the nearest
    from the working directory upward, else what ships. `notify`: the addresses that are told of events, besides the
    log; an address may hold a key. `release`: the hash of the release that this process is of; "": its code is not
    packaged. `private_hosts`: those that jobs may copy from although their address is private, each as `HOST:PORT`.
    `grafana_url`, `grafana_token`: where dashboards are published, and the token of a service account there;
    `grafana_contact`: who is told of its alerts.
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
    private_hosts: tuple[str, ...] = ()
    grafana_url: str = ""
    grafana_token: Secret | None = None
    grafana_contact: Secret | None = None

    @property
    def deployed_stage(self) -> str:
        """The stage whose stack has this lake; "" for a lake that settings alone name."""
        return self.aws.stage if self.release or self.aws.readers else ""


def is_http_address(url: str) -> bool:
    """Whether a request can be sent to this address: with a scheme and a host, and without blanks."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and " " not in url
    except ValueError:
        return False
