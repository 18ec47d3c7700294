"""What an operator asks after ingestion: the queries of `athena_sql/checks/`, each with its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from millrace.athena_sql.saved_queries import CHECKS, NEWEST, SavedQuery, saved_queries
from millrace.errors import UsageError
from millrace.time_keys import parse_date

if TYPE_CHECKING:
    from millrace.infra.runtime_base import Runtime


@dataclass(frozen=True, slots=True)
class Answer:
    """One check's rows; those whose column `wrong` is true need a look."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: list[dict[str, Any]]

    @property
    def wrong(self) -> int:
        return sum(bool(row["wrong"]) for row in self.rows)

    def summary(self) -> dict[str, Any]:
        return {"check": self.name, "title": self.title, "rows": len(self.rows), "wrong": self.wrong}


def run_checks(runtime: Runtime, day: str | None) -> list[Answer]:
    """Every check of one day, by default the newest that readers see. Raises BadTime, UsageError for an empty lake."""
    wanted = parse_date(day) if day else None
    if wanted is None:
        published = [one.partition for one in runtime.catalog.current("prod.taxi_availability")]
        if not published:
            raise UsageError("nothing was published yet.", hint="Run a workflow: millrace run taxi_availability.")
        wanted = parse_date(published[-1])
    return [_answer(runtime, check, {"day": wanted}) for check in saved_queries(CHECKS)]


def _answer(runtime: Runtime, check: SavedQuery, parameters: dict[str, Any]) -> Answer:
    assert dict(check.defaults) == {"day": NEWEST}
    result = runtime.engine.query(check.statement, parameters)
    columns = tuple(column.name for column in result.columns)
    return Answer(check.name, check.title, columns, result.dicts())
