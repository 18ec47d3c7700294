"""`Stage`: everything that a stage's file may say. The type of each field has the rule that its value obeys.

Sources: the Lambda, Glue, Athena, EC2 and CloudWatch Logs API references, for what these services accept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from millrace.infra.stages.rules import FLAG, number_of, one_of, schedule, text, texts, whole
from millrace.notify.sns import TOPIC_ADDRESS
from millrace.settings import SECRET_IN_WORDS

_ID = "[0-9a-f]{8,17}"
_DATE = r"20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
ENDPOINTS = ("s3", "dynamodb", "glue", "sqs", "sns", "logs", "monitoring", "kinesis-firehose", "ssm", "secretsmanager")
OWN_TOPIC = "sns:own"
SECRET = r"(ssm|secretsmanager):[\w/+=.@:-]+"
_ZONE = r"[a-z]{2}(-[a-z]+)+-\d[a-z]"
_LOG_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
DUTY = schedule(timedelta(minutes=5), timedelta(days=6))  # alarms look back for a week at most


@dataclass(frozen=True, slots=True)
class LakeOptions:
    """The bucket and what stands beside it.

    `bucket`: its name; "": one made of stage, account and region. `kms_key`: the ARN of a key that encrypts the lake,
    the messages and the logs; "own": the stack makes one; "": the services' own keys. `noncurrent_days`: how long a
    replaced or removed object can be restored. `since`: the first day that queries of raw tables look for.
    `deletion_protection`: of the state table; the bucket outlives its stack.
    """

    bucket: Annotated[str, text(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", "the name of a bucket", or_empty=True)] = ""
    kms_key: Annotated[
        str, text(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[\w-]+|own", "a key's ARN, or own", or_empty=True)
    ] = ""
    noncurrent_days: Annotated[int, whole(1, 3650)] = 7
    since: Annotated[str, text(_DATE, "a day, such as 2024-01-01")] = "2024-01-01"
    deletion_protection: Annotated[bool, FLAG] = False


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """The functions that poll, and the delivery stream. `buffer_seconds`: the age at which the stream writes.

    `python`: the newest that Lambda's own runtime client does not call a preview.
    """

    architecture: Annotated[str, one_of("arm64", "x86_64")] = "arm64"
    python: Annotated[str, one_of("3.12", "3.13", "3.14", "3.15")] = "3.14"
    memory_mb: Annotated[int, whole(128, 10_240)] = 256
    timeout_seconds: Annotated[int, whole(10, 900)] = 50
    buffer_seconds: Annotated[int, whole(60, 900)] = 300


@dataclass(frozen=True, slots=True)
class WorkflowOptions:
    """What runs the workflows. `jobs`: one Glue job for each kind of job, or all of a run in one (a fifth of the
    smallest bill). `workers`: the number of them, or the most where `auto_scaling` chooses. `metrics`: whether jobs
    write Glue's own, which CloudWatch bills by series. All of these are Glue's; `memory_mb` and `timeout_seconds` are
    of the function that makes the jobs for Step Functions and events. `crawler`: whether each refinement begins with a
    crawl of the raw tables, by any orchestrator.
    """

    orchestrator: Annotated[str, one_of("glue", "stepfunctions", "events", "none")] = "glue"
    jobs: Annotated[str, one_of("each", "fused")] = "each"
    glue_version: Annotated[str, one_of("6.0", "5.1")] = "6.0"
    worker_type: Annotated[str, one_of("G.1X", "G.2X", "G.4X", "G.8X", "R.1X", "R.2X", "R.4X", "R.8X")] = "G.1X"
    workers: Annotated[int, whole(2, 299)] = 2
    auto_scaling: Annotated[bool, FLAG] = False
    crawler: Annotated[bool, FLAG] = False
    metrics: Annotated[bool, FLAG] = False
    memory_mb: Annotated[int, whole(256, 10_240)] = 512
    timeout_seconds: Annotated[int, whole(120, 900)] = 900


@dataclass(frozen=True, slots=True)
class AthenaOptions:
    """The two workgroups: the most that one query of each may scan, whether saved queries are prepared statements of
    the readers, and whether they stand in the query editor's list as named queries, too. `job_queries`: the most
    queries that jobs and duties have under way at once; the account's quota is shared by all that it runs.
    """

    job_queries: Annotated[int, whole(1, 200)] = 5
    jobs_cutoff_mb: Annotated[int, whole(10, 7_000_000)] = 100_000
    readers_cutoff_mb: Annotated[int, whole(10, 7_000_000)] = 1_000
    prepared_statements: Annotated[bool, FLAG] = True
    named_queries: Annotated[bool, FLAG] = False


@dataclass(frozen=True, slots=True)
class TendOptions:
    """The function that does the duties, and when each is done, in UTC; "": not at all."""

    feeds: Annotated[str, DUTY] = "rate(15 minutes)"
    gaps: Annotated[str, DUTY] = "rate(1 hour)"
    runs: Annotated[str, DUTY] = "rate(15 minutes)"
    quarantine: Annotated[str, DUTY] = "rate(1 hour)"
    listing: Annotated[str, DUTY] = "cron(20 1 * * ? *)"
    audit: Annotated[str, DUTY] = "cron(40 1 * * ? *)"
    vacuum: Annotated[str, DUTY] = "cron(10 2 * * ? *)"
    memory_mb: Annotated[int, whole(256, 10_240)] = 512
    timeout_seconds: Annotated[int, whole(120, 900)] = 900


@dataclass(frozen=True, slots=True)
class AlertOptions:
    """Who is told. `emails`: the addresses, each of which has to confirm. `alarms`: whether alarms are made.
    `notify`: the SNS topics that are told of events; "sns:own" is the stack's own, that of alarms. `notify_from`:
    where AWS keeps further addresses, such as those of webhooks and mail servers, which may be secrets.
    """

    emails: Annotated[tuple[str, ...], texts(r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address", 20)] = ()
    alarms: Annotated[bool, FLAG] = True
    notify: Annotated[
        tuple[str, ...], texts(f"{OWN_TOPIC}|{TOPIC_ADDRESS}", "sns:own, or sns: and the ARN of a standard topic", 5)
    ] = ()
    notify_from: Annotated[str, text(SECRET, SECRET_IN_WORDS, or_empty=True)] = ""


@dataclass(frozen=True, slots=True)
class AccessOptions:
    """Roles. `roles`: one for each function and schedule, or one shared by all of a kind, which then have one log, too.
    `role_prefix`: how names of
    roles begin; "": CloudFormation names them. `grafana`: the ARN of the role or user that may read as Grafana.
    """

    roles: Annotated[str, one_of("each", "shared")] = "each"
    permissions_boundary: Annotated[
        str, text(r"arn:aws[a-z-]*:iam::(\d{12}|aws):policy/[\w+=,.@/-]+", "a policy's ARN", or_empty=True)
    ] = ""
    role_prefix: Annotated[str, text(r"[\w+=,.@-]{1,20}", "at most 20 letters, digits and +=,.@-", or_empty=True)] = ""
    grafana: Annotated[
        str, text(r"arn:aws[a-z-]*:iam::\d{12}:(role|user)/[\w+=,.@/-]+", "the ARN of a role or user", or_empty=True)
    ] = ""


@dataclass(frozen=True, slots=True)
class DeployerOptions:
    """Who may take a role that deploys, without a key: what an OpenID Connect provider vouches for, such as a job of a
    CI system. `provider` and `subjects` are given together; neither: there is no such role.

    `provider`: its ARN; IAM has it already. `subjects`: of whom its tokens may be, with * for any text. `audience`: for
    whom they are.
    """

    provider: Annotated[
        str, text(r"arn:aws[a-z-]*:iam::\d{12}:oidc-provider/[\w./-]+", "the ARN of an OIDC provider", or_empty=True)
    ] = ""
    subjects: Annotated[
        tuple[str, ...],
        texts(r"[^*?\s]{3}\S{1,253}", "a subject of tokens, such as repo:team/feeds:ref:refs/heads/main", 20),
    ] = ()
    audience: Annotated[str, text(r"\S{1,255}", "an audience of tokens")] = "sts.amazonaws.com"


@dataclass(frozen=True, slots=True)
class NetworkOptions:
    """The VPC that Glue jobs run in; all of it empty: in none. `vpc`, `subnets` and `route_tables` are given together.

    `subnets`: each with its zone. `route_tables`: of those subnets; S3 and DynamoDB are reached by them.
    `security_groups`: further ones that all have that is inside, such as one that a database lets in. `sources`: those
    whose functions are inside, too. `endpoints`: services that the VPC has endpoints of already; the stack makes the
    others that are called from inside.
    """

    vpc: Annotated[str, text(rf"vpc-{_ID}", "the id of a VPC, such as vpc-0a1b2c3d", or_empty=True)] = ""
    subnets: Annotated[
        tuple[str, ...],
        texts(rf"subnet-{_ID}:{_ZONE}", "a subnet and its zone, such as subnet-0a1b2c3d:ap-southeast-1a", 16),
    ] = ()
    route_tables: Annotated[
        tuple[str, ...], texts(rf"rtb-{_ID}", "the id of a route table, such as rtb-0a1b2c3d", 16)
    ] = ()
    security_groups: Annotated[
        tuple[str, ...], texts(rf"sg-{_ID}", "the id of a security group, such as sg-0a1b2c3d", 4)
    ] = ()
    sources: Annotated[tuple[str, ...], texts(r"[a-z_][a-z0-9_]*", "the name of a source", 100)] = ()
    endpoints: Annotated[
        tuple[str, ...], texts("|".join(ENDPOINTS), f"one of {', '.join(ENDPOINTS)}", len(ENDPOINTS))
    ] = ()

    def placed(self) -> list[tuple[str, str]]:
        """Each subnet with its zone."""
        return [(subnet, zone) for subnet, _, zone in (one.partition(":") for one in self.subnets)]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage. `file` is where it was read. `account`: deployments to another are refused; "": any.

    `schedules`: whether polls and workflows are started by the clock. `log_days`: how long logs are kept. `tags`: of
    every resource that takes tags, besides Millrace's own. `api_keys`: where AWS keeps the API key of a source, by the
    source's name: no secret is in a stage's file or in the template.
    """

    name: str
    file: Path
    region: Annotated[str, text(r"[a-z]{2}(-[a-z]+)+-\d", "a region, such as ap-southeast-1")]
    account: Annotated[str, text(r"\d{12}", "an account's twelve digits, in quotes", or_empty=True)] = ""
    schedules: Annotated[bool, FLAG] = True
    log_days: Annotated[int, number_of(*_LOG_DAYS)] = 30
    lake: LakeOptions = LakeOptions()
    ingest: IngestOptions = IngestOptions()
    workflow: WorkflowOptions = WorkflowOptions()
    athena: AthenaOptions = AthenaOptions()
    tend: TendOptions = TendOptions()
    alerts: AlertOptions = AlertOptions()
    access: AccessOptions = AccessOptions()
    deployer: DeployerOptions = DeployerOptions()
    network: NetworkOptions = NetworkOptions()
    api_keys: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def crawls_raw(self) -> bool:
        """Whether each refinement begins with the crawler of the raw tables."""
        return self.workflow.crawler and self.workflow.orchestrator != "none"
