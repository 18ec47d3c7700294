"""AWS in this process: moto's server on loopback, started once, and clients of it, made as Millrace makes them.

moto differs from the services in these ways (tests that work around others say so):
- when a transaction is refused, its DynamoDB restores a copy of the whole table and loses what other threads wrote in
  the meantime: `one_at_a_time` lets one call in at a time;
- it does not have the services' limits: tests of limits look at the calls that were made.
"""

from __future__ import annotations

import atexit
import logging
import threading
import uuid
from collections import defaultdict
from copy import copy
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import pytest

from millrace.athena_sql.ports import Column
from millrace.athena_sql.tables import Table
from millrace.clock import Clock
from millrace.errors import UnknownName
from millrace.glue_workflow.stores.aws.catalog import GlueCatalog
from millrace.infra.runtime.aws_clients import AwsClients, Credentials
from millrace.lake.s3 import S3Storage
from millrace.settings import AwsSettings, Secret
from millrace.state.dynamo import StateTable
from millrace.state.dynamo_keys import table_definition
from tests.shipped import TABLES

REGION: Final = "ap-southeast-1"


@cache
def endpoint() -> str:
    """The address of the one server of this test session; skips the test where it cannot be started."""
    pytest.importorskip("boto3", reason="boto3 is not installed: pip install 'millrace[aws]'")
    pytest.importorskip("moto.server", reason="moto[server] is not installed")
    from moto.server import ThreadedMotoServer

    _quicken()
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # a line for each request
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    atexit.register(server.stop)
    host, port = server.get_host_and_port()
    return f"http://{host}:{port}"


def _quicken() -> None:
    """Without this, a test takes the longer the more is in a table, and gigabytes of memory.

    moto lists its own folder and tries the patterns of all services for each request. Before each transaction it makes
    a deep copy of the tables, in case it is refused, and its dashboard keeps every one. Millrace's transactions put,
    delete and check whole items, so a copy may have the same items.
    """
    from moto.dynamodb.models.table import Table as DynamoTable
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication

    def copied(table: Any, memo: object) -> Any:
        made = object.__new__(type(table))  # moto's own __new__ puts it on the dashboard
        vars(made).update(vars(table))
        made.items = defaultdict(dict, {key: copy(found) for key, found in table.items.items()})
        return made

    application: Any = DomainDispatcherApplication
    application.get_backend_for_host = cache(application.get_backend_for_host)
    table: Any = DynamoTable
    table.__deepcopy__ = copied


@cache
def clients() -> AwsClients:
    return clients_of(settings())


def drop_databases(stage: str) -> None:
    """Those of a stage, with their tables: moto is one for all tests of this process."""
    glue = clients().glue
    for database in glue.get_databases()["DatabaseList"]:
        if database["Name"].startswith(f"millrace_{stage}_"):
            glue.delete_database(Name=database["Name"])


def settings() -> AwsSettings:
    return AwsSettings(region=REGION, endpoint_url=endpoint())


def clients_of(settings: AwsSettings) -> AwsClients:
    return AwsClients(settings, Credentials("testing", Secret("testing"), Secret("testing")))


class OneAtATime:
    """A client whose calls wait for each other."""

    def __init__(self, client: Any) -> None:
        self._client, self._lock = client, threading.RLock()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if not callable(found) or name == "get_paginator":
            return found

        def call(*args: Any, **kwargs: Any) -> Any:
            with self._lock:
                return found(*args, **kwargs)

        return call


@cache
def one_at_a_time() -> Any:
    return OneAtATime(clients().dynamodb)


@dataclass(frozen=True)
class AwsPlace:
    """A bucket and a table of its own."""

    storage: S3Storage
    table: str

    def state(self, client: Any = None) -> StateTable:
        return StateTable(client or one_at_a_time(), self.table, self.storage)


def remote_state(address: str, table: str) -> StateTable:
    """The table for another process, which reaches this process's server at `address`."""
    made = clients_of(AwsSettings(region=REGION, endpoint_url=address))
    return StateTable(made.dynamodb, table, S3Storage(made.s3, "of-no-matter"))


def new_place() -> AwsPlace:
    name = f"t{uuid.uuid4().hex}"
    clients().dynamodb.create_table(**table_definition(name))
    return AwsPlace(new_storage(), name)


def new_storage(prefix: str = "some/lake", **options: Any) -> S3Storage:
    bucket = f"t{uuid.uuid4().hex}"
    clients().s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    return S3Storage(clients().s3, bucket, prefix, **options)


def new_catalog(place: AwsPlace, clock: Clock, *, glue: Any = None, dynamodb: Any = None) -> GlueCatalog:
    """A Glue catalog with databases of its own. Tables that are not declared have one column."""
    return GlueCatalog(
        glue or clients().glue,
        place.state(dynamodb),
        place.storage,
        place.table,
        clock,
        describe=described,
        sleep=lambda _: None,
    )


def described(name: str) -> Table:
    """A declared table, or a made-up one of this name."""
    try:
        return TABLES.table(name)
    except UnknownName:
        return Table(name, "", (Column("number", "int"), Column("dt", "date")))
