"""`ops.queries`: a query, or all queries of a job, with what they scanned and what that costs on Athena."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class QueryRecord:
    """A row of `ops.queries`, whose columns say what each field is."""

    query_id: str
    asked_by: str
    run_id: str | None
    job: str | None
    statement: str
    state: str
    started_at: datetime
    finished_at: datetime | None
    milliseconds: int | None
    bytes_scanned: int
    bytes_billed: int
    cost_usd: float


class QueryLog(Protocol):
    """The queries on record."""

    def queries(self) -> Sequence[QueryRecord]:
        """In the order in which they started."""
        ...

    def revision(self) -> Hashable:
        """Another one whenever the queries of the endpoint have changed, found without reading them."""
        ...


class NoQueries:
    """The QueryLog port where nobody asks what queries cost."""

    def queries(self) -> Sequence[QueryRecord]:
        return ()

    def revision(self) -> Hashable:
        return None
