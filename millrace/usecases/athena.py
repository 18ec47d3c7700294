"""The local Athena endpoint of a lake, put together from the runtime's parts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from millrace.athena_sql.endpoint.api.server import serve
from millrace.athena_sql.endpoint.api.signature import Verifier
from millrace.athena_sql.endpoint.endpoint import Endpoint, EndpointFolders, Remote
from millrace.athena_sql.endpoint.execution.worker_pool import QueryLimits
from millrace.athena_sql.endpoint.ports import QueryableTables
from millrace.infra.runtime.query_log import ATHENA_FOLDER
from millrace.lake.keys import CRAWLED
from millrace.serving.http_server import Address, BackgroundServer
from millrace.serving.stop_signal import stop_signal
from millrace.serving.tls import tls_of
from millrace.settings import Settings, TlsFiles

if TYPE_CHECKING:
    from millrace.infra.runtime.base import Runtime
    from millrace.lake.storage import Storage

_REMOTE = "s3://"


@contextmanager
def serving_athena(
    runtime: Runtime, address: Address, tls: TlsFiles | None = None, *, limits: QueryLimits | None = None
) -> Iterator[BackgroundServer]:
    """The running endpoint. TLS uses the files in `tls`, or else those of the settings.

    Raises UsageError if the address cannot be bound, SettingError for AWS settings or TLS files that cannot be used.
    """
    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # a user's faulty SQL is answered, not logged
    settings = runtime.settings
    if files := tls or settings.athena_tls:
        address = replace(address, tls=tls_of(files))
    folders = EndpointFolders(runtime.home, runtime.home / ATHENA_FOLDER)
    remote, fetch = _remote(runtime), _fetch(runtime.storage)
    with (
        Endpoint(_lake(runtime, remote), folders, runtime.clock, limits=limits, remote=remote, fetch=fetch) as endpoint,
        serve(endpoint, _verifier(settings), address) as server,
    ):
        yield server


def serve_athena(runtime: Runtime, address: Address, tls: TlsFiles | None, *, say: Callable[[str], None]) -> None:
    """Serves until SIGTERM or Ctrl-C. Raises as `serving_athena` does."""
    with stop_signal() as stop, serving_athena(runtime, address, tls) as server:
        if warning := warning_of_open_access(runtime.settings, address):
            say(f"warning: {warning}.")
        say(f"the Athena endpoint is at {server.url} until Ctrl-C")
        stop.wait()


def warning_of_open_access(settings: Settings, address: Address) -> str:
    """A warning that other machines can query the lake; "" on loopback, or if requests must be signed."""
    if address.is_loopback or settings.athena is not None:
        return ""
    return (
        f"anyone who can reach {address.host} can query this whole lake;"
        " set MILLRACE_ATHENA_ACCESS_KEY and MILLRACE_ATHENA_SECRET_KEY to require signed requests"
    )


def _lake(runtime: Runtime, remote: Remote | None) -> QueryableTables:
    """The tables that can be queried. On AWS they are resolved through Glue, as Athena resolves them."""
    if runtime.settings.runtime != "aws" or remote is None:
        return runtime.tables
    from millrace.athena_sql.endpoint.lake.glue_table_source import GlueLake
    from millrace.aws.glue_layout import crawled_database, databases

    stage = runtime.settings.aws.stage
    layers = {**databases(stage), CRAWLED: crawled_database(stage)}
    return GlueLake(runtime.tables, remote.registry, remote.objects, layers, runtime.project.tables)


def _remote(runtime: Runtime) -> Remote | None:
    """S3 and Glue; for a lake in a folder only if an endpoint URL is set, so that it never uses AWS by accident."""
    settings = runtime.settings
    if settings.runtime != "aws" and not settings.aws.endpoint_url:
        return None
    from millrace.athena_sql.endpoint.lake.glue_registry import GlueRegistry
    from millrace.athena_sql.endpoint.lake.s3_objects import S3Objects

    clients = runtime.clients
    return Remote(S3Objects(clients.s3), GlueRegistry(clients.glue), settings.athena_output)


def _fetch(storage: Storage) -> Callable[[str], bytes] | None:
    """Reads the lake's objects by address; None for a lake on this machine."""
    root = storage.location("")
    if not root.startswith(_REMOTE):
        return None
    return lambda address: storage.get(f"{_REMOTE}{address}".removeprefix(root))


def _verifier(settings: Settings) -> Verifier | None:
    access = settings.athena
    return Verifier(access.key_id, access.secret, _now) if access else None


def _now() -> datetime:
    return datetime.now(UTC)
