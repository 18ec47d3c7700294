"""Past values out of the run store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from millrace.errors import UnknownName
from millrace.glue_workflow.ports import QualityRecord, RunState, RunStore
from millrace.glue_workflow.quality.evaluation.evaluator import Verdict

_RESULTS_A_RUN = 4  # at first; more are read when attempts and failed runs leave too few


@dataclass(frozen=True)
class StoredHistory:
    """The History of one table: what passed, in runs that succeeded, so that a bad day sets no standard.

    A run counts once, with its last result: the other attempts at it, and the check before rows were set aside, saw the
    same data. A run that is not over has not succeeded, so that it never meets its own values.
    """

    runs: RunStore
    table: str

    def last(self, rule_key: str, n: int, /) -> list[float]:
        limit = n * _RESULTS_A_RUN
        while True:
            found = self.runs.quality(table=self.table, rule=rule_key, verdict=Verdict.PASS.value, limit=limit)
            values = self._values(found)
            if len(values) >= n or len(found) < limit:
                return values[:n]
            limit *= _RESULTS_A_RUN

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
