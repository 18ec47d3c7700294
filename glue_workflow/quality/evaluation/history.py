"""Past values of rules, for thresholds such as `avg(last(10))`: the port, the adapter over the run store, a fake."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from millrace.errors import UnknownName
from millrace.glue_workflow.ports import PartitionVersion, QualityRecord, RunState, RunStore
from millrace.glue_workflow.quality.evaluation.results import Verdict
from millrace.glue_workflow.versions.version_names import run_of

_RESULTS_PER_RUN = 4  # read at first; more when repeated attempts and failed runs leave too few values
_PARTITIONS_PER_VALUE = 4  # looked at, at most: a rule that is new would have all history searched for nothing


class RuleHistory(Protocol):
    """The past values of the rules on one table."""

    def last(self, rule_key: str, n: int, /) -> list[float]:
        """At most n values of the rule from earlier runs, newest first. `rule_key` is RuleResult.rule."""
        ...


class PartitionedHistory(Protocol):
    """The past values of the rules on one table, as each of its partitions sees them."""

    def before(self, partition: str, /) -> RuleHistory:
        """The RuleHistory for a partition; "" for a table that is not partitioned."""
        ...


class FakeHistory:
    """An in-memory RuleHistory of given values: rule keys to values, newest first."""

    def __init__(self, values: Mapping[str, Sequence[float]] | None = None) -> None:
        self._values = {key: list(past) for key, past in (values or {}).items()}

    def last(self, rule_key: str, n: int, /) -> list[float]:
        return self._values.get(rule_key, [])[:n]


@dataclass(frozen=True)
class StoredHistory:
    """The RuleHistory of one table in the run store, for a table that is not partitioned.

    A value counts if the rule passed and the run succeeded: a bad day sets no standard. Each run counts once, with its
    last result: its earlier attempts, and its check before rows were set aside, read the same data. A run in progress
    is never compared with itself.
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


@dataclass(frozen=True)
class StoredPartitionedHistory:
    """The PartitionedHistory of one table in the run store.

    The past of a partition is the partitions before it, newest first, each with the value of the version that readers
    see, if that passed. So it depends on the data alone, not on when and with what each partition was run: a backfill
    is compared with the days before it, a bad day sets no standard, and a day of which there are only some hours yet is
    compared with whole days. `published` gives the versions that readers see; it is called only for rules that compare
    with the past.
    """

    runs: RunStore
    table: str
    published: Callable[[], Sequence[PartitionVersion]]

    def before(self, partition: str, /) -> RuleHistory:
        return _EarlierPartitions(self, partition) if partition else StoredHistory(self.runs, self.table)


@dataclass(frozen=True)
class _EarlierPartitions:
    of: StoredPartitionedHistory
    partition: str

    def last(self, rule_key: str, n: int, /) -> list[float]:
        versions = {one.partition: one.version for one in self.of.published() if one.partition < self.partition}
        values: list[float] = []
        for partition in sorted(versions, reverse=True)[: n * _PARTITIONS_PER_VALUE]:
            value = self._value(rule_key, partition, run_of(versions[partition]))
            values += [] if value is None else [value]
            if len(values) == n:
                break
        return values

    def _value(self, rule_key: str, partition: str, run_id: str) -> float | None:
        """What this run measured last on this partition, if it passed."""
        found = self.of.runs.quality(
            limit=1, run_id=run_id, table=self.of.table, rule=rule_key, partitions=partition, verdict=Verdict.PASS.value
        )
        return found[0].value if found else None
