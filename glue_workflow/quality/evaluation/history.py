"""Past values of rules, for thresholds such as `avg(last(10))`: the port, the adapter over the run store, a fake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from millrace.errors import UnknownName
from millrace.glue_workflow.ports import QualityRecord, RunState, RunStore
from millrace.glue_workflow.quality.evaluation.results import Verdict

_RESULTS_PER_RUN = 4  # read at first; more when repeated attempts and failed runs leave too few values


class History(Protocol):
    """The past values of the rules on one table."""

    def last(self, rule_key: str, n: int, /) -> list[float]:
        """At most n values of the rule from earlier runs, newest first. `rule_key` is RuleResult.rule."""
        ...


class FakeHistory:
    """An in-memory History of given values: rule keys to values, newest first."""

    def __init__(self, values: Mapping[str, Sequence[float]] | None = None) -> None:
        self._values = {key: list(past) for key, past in (values or {}).items()}

    def last(self, rule_key: str, n: int) -> list[float]:
        return self._values.get(rule_key, [])[:n]


@dataclass(frozen=True)
class StoredHistory:
    """The History of one table in the run store.

    Only values that passed, in runs that succeeded, count: a bad day sets no standard. A run counts once, with its last
    result: its earlier attempts, and its check before rows were set aside, saw the same data. A run that is still going
    has not succeeded, so it is never compared with its own values.
    """

    runs: RunStore
    table: str

    def last(self, rule_key: str, n: int, /) -> list[float]:
        limit = n * _RESULTS_PER_RUN
        while True:
            records = self.runs.quality(table=self.table, rule=rule_key, verdict=Verdict.PASS.value, limit=limit)
            values = self._values(records)
            if len(values) >= n or len(records) < limit:
                return values[:n]
            limit *= _RESULTS_PER_RUN

    def _values(self, newest_first: Sequence[QualityRecord]) -> list[float]:
        last_of_run: dict[str, float | None] = {}
        for record in newest_first:
            last_of_run.setdefault(record.run_id, record.value)
        return [value for run, value in last_of_run.items() if value is not None and self._succeeded(run)]

    def _succeeded(self, run_id: str) -> bool:
        try:
            return self.runs.run(run_id).state is RunState.SUCCEEDED
        except UnknownName:
            return False
