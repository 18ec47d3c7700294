"""The Athena engine over a lake in a folder: queries go to a local Athena endpoint, work tables to moto's Glue."""

from __future__ import annotations

import atexit
import random
import string
import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from millrace.athena_sql.endpoint.api.server import serve
from millrace.athena_sql.endpoint.endpoint import Endpoint, EndpointFolders, Remote
from millrace.athena_sql.endpoint.lake.glue_registry import GlueRegistry
from millrace.athena_sql.endpoint.lake.s3_objects import S3Objects
from millrace.athena_sql.endpoint.ports import BINARY
from millrace.athena_sql.engines.athena.engine import AthenaEngine
from millrace.athena_sql.engines.athena.result_objects import S3ResultObjects
from millrace.athena_sql.engines.athena.session import AthenaQueries, AthenaSettings
from millrace.athena_sql.engines.athena.work_tables import WorkTables
from millrace.athena_sql.ports import Column, TableSource
from millrace.infra.runtime.aws_clients import AwsClients
from millrace.lake.local import LocalStorage
from millrace.serving.http_server import Address
from tests.contracts import aws
from tests.doubles.folder_objects import FolderObjects
from tests.unit.athena_sql.sql_lake import SampleTables


class QuickClock:
    """A clock whose sleeps take milliseconds: the engine polls Athena every few seconds, and the endpoint is faster."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(min(seconds, 0.004))


class FoldersAndS3(FolderObjects):
    """The endpoint's objects: the lake's in a folder, results in moto's S3."""

    def __init__(self) -> None:
        self._s3 = S3Objects(aws.clients().s3)

    def put_file(self, address: str, path: Path, content_type: str = BINARY) -> None:
        if address.startswith("s3://"):
            self._s3.put_file(address, path, content_type)
        else:
            super().put_file(address, path, content_type)

    def put(self, address: str, data: bytes, content_type: str = BINARY) -> None:
        if address.startswith("s3://"):
            self._s3.put(address, data, content_type)
        else:
            super().put(address, data, content_type)


class NoTables(SampleTables):
    """The endpoint's own lake, which is empty, so that the endpoint reads work tables only."""

    def columns(self, name: str) -> tuple[Column, ...]:
        raise AssertionError(f"{name} is asked for, and there is no table")


@cache
def served(folder: Path) -> AwsClients:
    """AWS clients whose Athena is an endpoint that reads below this folder; all tests of the process share it."""
    remote = Remote(FoldersAndS3(), GlueRegistry(aws.clients().glue), "")
    endpoint = Endpoint(NoTables(), EndpointFolders(folder, folder / "athena-endpoint"), QuickClock(), remote=remote)
    server = serve(endpoint, None, Address())
    atexit.register(endpoint.close)
    atexit.register(server.close)
    return aws.clients_of(replace(aws.settings(), endpoints={"athena": server.url}))


@cache
def _results() -> str:
    """The address of a bucket for the results of all tests of the process."""
    return aws.new_storage("results").location("")


def athena_engine(source: TableSource, root: Path) -> AthenaEngine:
    clients = served(root.parent)
    database = "work_" + "".join(random.choices(string.ascii_lowercase, k=12))
    return AthenaEngine(
        AthenaQueries(clients.athena, AthenaSettings(output=_results()), QuickClock()),
        WorkTables(aws.clients().glue, database, QuickClock()),
        source,
        LocalStorage(root),
        S3ResultObjects(aws.clients().s3),
    )
