"""What an audit leaves on record, among the results of rules: `LedgerBalances` of each partition that was audited.

Each partition has a result, good or bad, so that its newest one says how it is, and no history has to be read for that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    records = [_record(place, problems.get(place, ()), at) for place in sorted({*audited, *problems})]
    if records:
        runs.save_quality(records)


def _record(place: AuditedPartition, problems: Sequence[str], at: datetime) -> QualityRecord:
    source, dt = place
    return QualityRecord(
        run_id=f"audit-{compact(at)}",
        attempt=1,
        table=f"raw.{source}",
        partitions=dt,
        rule=LEDGER_RULE,
        value=float(len(problems)),
        threshold="= 0",
        verdict="fail" if problems else "pass",
        message=next(iter(problems), "it balances"),
        evaluated_at=at,
    )
