"""The endpoint, put together: every operation of the API over one lake."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from millrace.athena_sql.endpoint.api.metadata_api import MetadataApi
from millrace.athena_sql.endpoint.api.query_api import QueryApi
from millrace.athena_sql.endpoint.api.saved_api import SavedApi
from millrace.athena_sql.endpoint.api.shapes import Shapes, load_model
from millrace.athena_sql.endpoint.execution.presence import presence
from millrace.athena_sql.endpoint.execution.queries import Queries, QueryLimits, new_id
from millrace.athena_sql.endpoint.execution.running import ExecutionServices
from millrace.athena_sql.endpoint.execution.saved_store import SavedStore
from millrace.athena_sql.endpoint.execution.sessions import Sessions
from millrace.athena_sql.endpoint.execution.store import Store
from millrace.athena_sql.endpoint.execution.work_groups import WorkGroups
from millrace.athena_sql.endpoint.lake.catalog_view import CatalogView
from millrace.athena_sql.endpoint.lake.local_copies import DEFAULT_LIMIT, LocalCopies
from millrace.athena_sql.endpoint.planning.scans import ScannedBytes
from millrace.athena_sql.endpoint.ports import ObjectStore, QueryableTables, TableRegistry
from millrace.athena_sql.endpoint.results.result_files import ResultFiles
from millrace.athena_sql.endpoint.results.writing import TableWriter
from millrace.athena_sql.engines.duckdb.session import SessionLimits
from millrace.clock import Clock
from millrace.errors import ObjectMissing, RequestRefused
from millrace.state.sqlite import StateFile

STATE_FILE = "executions.db"
LOCK_FILE = "endpoint.lock"


@dataclass(frozen=True)
class EndpointPlace:
    """`reachable`: the folder that the engine may read, with all data that is on this machine; `folder`: the
    endpoint's own, inside it."""

    reachable: Path
    folder: Path


@dataclass(frozen=True)
class Remote:
    """An object store beside the lake. `output`: the default s3:// address of results, or ""."""

    objects: ObjectStore
    registry: TableRegistry
    output: str = ""


class Endpoint:
    """`fetch` gives the bytes of an object of the lake by its address without `s3://`, where the lake is not on this
    machine."""

    def __init__(
        self,
        lake: QueryableTables,
        place: EndpointPlace,
        clock: Clock,
        *,
        limits: QueryLimits | None = None,
        remote: Remote | None = None,
        fetch: Callable[[str], bytes] | None = None,
        copies_limit: int = DEFAULT_LIMIT,
    ) -> None:
        limits = limits or QueryLimits()
        self._closing = ExitStack()
        folder = place.folder
        executions, kept = StateFile(folder / STATE_FILE, durable=False), StateFile(folder / STATE_FILE)
        self._closing.callback(executions.close)
        self._closing.callback(kept.close)
        alone = self._closing.enter_context(presence(folder / LOCK_FILE))
        sessions = Sessions(place.reachable, SessionLimits(None, limits.memory), limits.seconds)
        self._closing.callback(sessions.close)
        copies = LocalCopies(_fetcher(fetch, remote), folder / "copies", copies_limit)
        self._closing.callback(copies.close)
        objects, registry = (remote.objects, remote.registry) if remote else (None, None)
        services = ExecutionServices(
            catalog=CatalogView(lake, registry, objects),
            sessions=sessions,
            copies=copies,
            results=ResultFiles(folder / "results", limits.result_bytes),
            store=Store(executions, alone=alone),
            scanned=ScannedBytes(),
            objects=objects,
            registry=registry,
            writer=TableWriter(objects, registry, folder / "writing") if objects and registry else None,
        )

        def now() -> float:
            return clock.now().timestamp()

        queries = Queries(services, limits, now)
        self._closing.callback(queries.close)
        groups = WorkGroups(remote is not None, remote.output if remote else "", now())
        saved = SavedApi(SavedStore(kept), groups, now, new_id)
        self._operations: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            **QueryApi(queries, services.store, services.results, saved, groups, services.catalog).operations(),
            **saved.operations(),
            **groups.operations(),
            **MetadataApi(services.catalog).operations(),
        }
        self._shapes = Shapes(load_model())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """What runs is stopped."""
        self._closing.close()

    def answer(self, operation: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """What the API answers. Raises RequestRefused."""
        found = self._operations.get(operation)
        if found is None:
            raise RequestRefused("UnknownOperationException", f"{operation} is not supported by the local endpoint.")
        self._shapes.check(operation, asked)
        return found(asked)


def _fetcher(fetch: Callable[[str], bytes] | None, remote: Remote | None) -> Callable[[str], bytes] | None:
    """What gives an object of the lake, or else of the object store; None where there is neither."""
    if remote is None:
        return fetch

    def fetched(key: str) -> bytes:
        if fetch is not None:
            with suppress(ObjectMissing):
                return fetch(key)
        return remote.objects.get(f"s3://{key}")

    return fetched
