"""The only place that makes boto3 clients, with retries and timeouts, each at its first use.

boto3 takes about half a second to import, so it is imported with the first client.
"""

from __future__ import annotations

import importlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from millrace.aws.calls import translated
from millrace.errors import SettingError
from millrace.settings import AwsSettings, Secret

if TYPE_CHECKING:
    from mypy_boto3_athena import AthenaClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_firehose import FirehoseClient
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

CONNECT_SECONDS = 5.0
READ_SECONDS = 60.0
# A heartbeat that hangs is repeated while its lease is still valid; runs wait for what people are told.
# A function answers when it has ended, which is after 15 minutes at most; a second request would call it twice.
_READ_SECONDS_OF = {"dynamodb": 10.0, "sns": 5.0, "lambda": 910.0}
TRIES = 5
# The delivery stream itself repeats Firehose records one by one; many runs poll Athena at the same time.
_TRIES_OF = {"firehose": 2, "sns": 2, "lambda": 1}
_MODES: dict[str, str] = {"athena": "adaptive"}

# At DEBUG level botocore logs the headers that it signs, including the session token.
_LOGGERS_WITH_SECRETS = ("boto3", "botocore", "s3transfer", "urllib3")


@dataclass(frozen=True)
class Credentials:
    """Explicit AWS credentials, used instead of those that boto3 finds."""

    key_id: str = field(repr=False)
    key: Secret
    token: Secret | None = None


class AwsClients:
    """One client per service, shared by all threads. Clients are thread-safe, making them is not: a lock guards that.

    `load` imports a module. `on_created` is called with each new client, for example to register botocore event hooks.
    """

    def __init__(
        self,
        settings: AwsSettings,
        credentials: Credentials | None = None,
        *,
        load: Callable[[str], Any] = importlib.import_module,
        on_created: Callable[[Any], None] = lambda _: None,
    ) -> None:
        self._settings = settings
        self._credentials = credentials
        self._load, self._on_created = load, on_created
        self._lock = threading.RLock()
        self._made: dict[tuple[str, str], Any] = {}

    def __repr__(self) -> str:
        place = self._settings.endpoint_url or self._settings.region or "the configured region"
        return f"AwsClients({place})"

    @property
    def settings(self) -> AwsSettings:
        return self._settings

    @property
    def s3(self) -> S3Client:
        client: S3Client = self.client("s3")
        return client

    @property
    def dynamodb(self) -> DynamoDBClient:
        client: DynamoDBClient = self.client("dynamodb")
        return client

    @property
    def glue(self) -> GlueClient:
        client: GlueClient = self.client("glue")
        return client

    @property
    def athena(self) -> AthenaClient:
        client: AthenaClient = self.client("athena")
        return client

    @property
    def firehose(self) -> FirehoseClient:
        client: FirehoseClient = self.client("firehose")
        return client

    @property
    def sqs(self) -> SQSClient:
        client: SQSClient = self.client("sqs")
        return client

    def client(self, service: str, region: str = "") -> Any:
        """The client of a service, by boto3's name for it, in another region where one is given.

        Raises SettingError without boto3, region or profile.
        """
        with self._lock:
            if (service, region) not in self._made:
                session = self.session
                with translated(service, "a client"):
                    self._made[service, region] = session.client(
                        service,
                        region_name=region or None,
                        endpoint_url=self._settings.endpoint(service),
                        config=self._config(service),
                    )
                    self._on_created(self._made[service, region])
            return self._made[service, region]

    @cached_property
    def session(self) -> Any:
        """boto3's session, for other libraries that make their own clients."""
        boto3 = self._boto3()
        for name in _LOGGERS_WITH_SECRETS:
            logger = logging.getLogger(name)
            logger.setLevel(max(logger.getEffectiveLevel(), logging.INFO))
        credentials = self._credentials
        with translated("sts", "a session"):
            return boto3.Session(
                aws_access_key_id=credentials.key_id if credentials else None,
                aws_secret_access_key=credentials.key.reveal() if credentials else None,
                aws_session_token=credentials.token.reveal() if credentials and credentials.token else None,
                region_name=self._settings.region or None,
                profile_name=self._settings.profile or None,
            )

    def _boto3(self) -> Any:
        try:
            return self._load("boto3")
        except ImportError:
            raise SettingError("AWS needs boto3, which is not installed.", hint="pip install 'millrace[aws]'") from None

    def _config(self, service: str) -> Any:
        config = self._load("botocore.config")
        return config.Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=_READ_SECONDS_OF.get(service, READ_SECONDS),
            retries={"mode": _MODES.get(service, "standard"), "total_max_attempts": _TRIES_OF.get(service, TRIES)},
            # Only AWS's own host names can be prefixed with a bucket.
            s3={"addressing_style": "path"} if self._settings.endpoint(service) else None,
        )
