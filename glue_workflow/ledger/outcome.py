"""What an audit leaves on record, among the results of rules: the rule `LedgerBalances` of each source's raw table.

One result without a partition says that the source was audited, and one for each partition that did not balance. A
partition that balances again gets a result that says so; others get none, so that an audit of years leaves few.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from millrace.glue_workflow.ports import LEDGER_RULE, QualityRecord, RunStore
from millrace.time_keys import compact

AuditedPartition = tuple[str, str]  # source, dt


def record_audit(
    runs: RunStore,
    audited: Sequence[AuditedPartition],
    problems: Mapping[AuditedPartition, Sequence[str]],
    at: datetime,
) -> None:
    """`audited`: the partitions that were counted; `problems`: of those that do not balance, what is wrong.

    Raises LakeError where nothing can be written.
    """
    sources = sorted({source for source, _ in (*audited, *problems)})
    records = [one for source in sources for one in _of_source(runs, source, audited, problems, at)]
    if records:
        runs.save_quality(records)


def _of_source(
    runs: RunStore,
    source: str,
    audited: Sequence[AuditedPartition],
    problems: Mapping[AuditedPartition, Sequence[str]],
    at: datetime,
) -> Iterator[QualityRecord]:
    table = f"raw.{source}"
    wrong = {dt: found for (name, dt), found in problems.items() if name == source}
    known = _out_of_balance(runs.quality(table=table, rule=LEDGER_RULE))
    mended = [dt for name, dt in audited if name == source and dt in known and dt not in wrong]
    for dt, found in sorted(wrong.items()):
        yield _record(table, dt, at, len(found), found[0])
    for dt in mended:
        yield _record(table, dt, at, 0, "it balances again")
    yield _record(
        table, "", at, len(wrong), f"{len({dt for name, dt in audited if name == source})} partitions audited"
    )


def _out_of_balance(newest_first: Iterable[QualityRecord]) -> set[str]:
    """The partitions whose newest result is bad."""
    newest: dict[str, QualityRecord] = {}
    for record in newest_first:
        newest.setdefault(record.partitions, record)
    return {dt for dt, record in newest.items() if dt and record.verdict != "pass"}


def _record(table: str, dt: str, at: datetime, count: int, message: str) -> QualityRecord:
    return QualityRecord(
        run_id=f"audit-{compact(at)}",
        attempt=1,
        table=table,
        partitions=dt,
        rule=LEDGER_RULE,
        value=float(count),
        threshold="= 0",
        verdict="fail" if count else "pass",
        message=message,
        evaluated_at=at,
    )
