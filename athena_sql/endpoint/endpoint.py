"""The local Athena endpoint, put together: every operation of the API over one lake."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from millrace.athena_sql.endpoint.api.metadata import MetadataApi
from millrace.athena_sql.endpoint.api.query_executions import QueryExecutionsApi
from millrace.athena_sql.endpoint.api.saved_queries import SavedQueriesApi
from millrace.athena_sql.endpoint.api.shapes import Input, Operation, Output, check_request
from millrace.athena_sql.endpoint.api.work_groups import WorkGroups
from millrace.athena_sql.endpoint.execution.saved_store import SavedQueryStore
from millrace.athena_sql.endpoint.execution.sessions import CALLS, Sessions
from millrace.athena_sql.endpoint.execution.statement_run import ExecutionServices
from millrace.athena_sql.endpoint.execution.store import STATE_FILE, ExecutionStore, endpoint_lock
from millrace.athena_sql.endpoint.execution.table_writer import TableWriter
from millrace.athena_sql.endpoint.execution.worker_pool import QueryLimits, QueryPool, new_id
from millrace.athena_sql.endpoint.lake.catalog_view import CatalogView
from millrace.athena_sql.endpoint.lake.local_copies import DEFAULT_LIMIT, LocalCopies
from millrace.athena_sql.endpoint.planning.scans import ScannedBytes
from millrace.athena_sql.endpoint.ports import ObjectStore, QueryableTables, TableRegistry
from millrace.athena_sql.endpoint.results.column_types import RESULT_MACROS
from millrace.athena_sql.endpoint.results.files import ResultFiles
from millrace.athena_sql.engines.duckdb.processes.process import ProcessOptions
from millrace.athena_sql.engines.duckdb.session import SessionLimits, session_spec
from millrace.clock import Clock
from millrace.errors import ObjectMissing, RequestRefused
from millrace.state.sqlite import StateFile

LOCK_FILE = "endpoint.lock"


@dataclass(frozen=True)
class EndpointFolders:
    """The endpoint's folders. `reachable`: the only one that the engine may read, with all local data; `folder`: the
    endpoint's own, inside it."""

    reachable: Path
    folder: Path


@dataclass(frozen=True)
class Remote:
    """An object store and its table registry. `output`: the default s3:// address of results, or ""."""

    objects: ObjectStore
    registry: TableRegistry
    output: str = ""


class Endpoint:
    """Every operation over one lake.

    `fetch`: returns the bytes of an object of the lake by its address without `s3://`; None for a local lake.
    `copies_limit`: bytes of local copies of remote objects.
    """

    def __init__(
        self,
        lake: QueryableTables,
        folders: EndpointFolders,
        clock: Clock,
        *,
        limits: QueryLimits | None = None,
        remote: Remote | None = None,
        fetch: Callable[[str], bytes] | None = None,
        copies_limit: int = DEFAULT_LIMIT,
    ) -> None:
        limits = limits or QueryLimits()
        self._closing = ExitStack()
        folder = folders.folder
        executions, saved_state = StateFile(folder / STATE_FILE, durable=False), StateFile(folder / STATE_FILE)
        self._closing.callback(executions.close)
        self._closing.callback(saved_state.close)
        alone = self._closing.enter_context(endpoint_lock(folder / LOCK_FILE))
        sessions = Sessions(_processes(folders.reachable, limits), limits.seconds)
        self._closing.callback(sessions.close)
        copies = LocalCopies(_fetcher(fetch, remote), folder / "copies", copies_limit)
        self._closing.callback(copies.close)
        objects, registry = (remote.objects, remote.registry) if remote else (None, None)
        services = ExecutionServices(
            catalog=CatalogView(lake, registry, objects),
            sessions=sessions,
            copies=copies,
            results=ResultFiles(folder / "results", limits.result_bytes),
            store=ExecutionStore(executions, alone=alone),
            scanned=ScannedBytes(),
            objects=objects,
            registry=registry,
            writer=TableWriter(objects, registry, folder / "writing") if objects and registry else None,
        )

        def now() -> float:
            return clock.now().timestamp()

        queries = QueryPool(services, limits, now)
        self._closing.callback(queries.close)
        groups = WorkGroups(remote is not None, remote.output if remote else "", now())
        saved = SavedQueriesApi(SavedQueryStore(saved_state), groups, now, new_id)
        executions_api = QueryExecutionsApi(queries, services.store, services.results, saved, groups, services.catalog)
        self._operations: dict[str, Operation] = {
            **executions_api.operations(),
            **saved.operations(),
            **groups.operations(),
            **MetadataApi(services.catalog).operations(),
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stops the queries that run."""
        self._closing.close()

    def answer(self, operation: str, request: Input) -> Output:
        """The API's response. Raises RequestRefused."""
        handler = self._operations.get(operation)
        if handler is None:
            raise RequestRefused("UnknownOperationException", f"{operation} is not supported by the local endpoint.")
        check_request(operation, request)
        return handler(request)


def _processes(reachable: Path, limits: QueryLimits) -> ProcessOptions:
    spec = session_spec(reachable, SessionLimits(None, limits.memory), ordered=True, macros=RESULT_MACROS)
    return ProcessOptions(spec, CALLS, limits.process_memory, limits.grace)


def _fetcher(fetch: Callable[[str], bytes] | None, remote: Remote | None) -> Callable[[str], bytes] | None:
    """Fetches an object from the lake or, where it has none, from the object store; None where there is neither."""
    if remote is None:
        return fetch

    def fetched(key: str) -> bytes:
        if fetch is not None:
            with suppress(ObjectMissing):
                return fetch(key)
        return remote.objects.get(f"s3://{key}")

    return fetched
