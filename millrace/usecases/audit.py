"""The audit of a lake: its ledgers (reconciliation) as rows, and the terms that do not add up."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from millrace.errors import LakeError
from millrace.ingestors.ports import POLLS
from millrace.lake.raw_layout import RAW_LAYOUT
from millrace.lake.raw_objects import raw_objects
from millrace.time_keys import parse_date

if TYPE_CHECKING:
    from millrace.glue_workflow.ledger.balance import Ledger
    from millrace.infra.runtime.base import Runtime
    from millrace.usecases.polls import Advance


_NOT_SHOWN = {
    "lost",
    "unexplained",
    "quarantine_attempts",
    "in_flight_age",
    "pending_age",
    "held_age",
    "unannounced",
}


@dataclass(frozen=True, slots=True)
class LakeAudit:
    """`problems`: a line for each term that does not add up and each object that is not as recorded.

    `of_partitions`: how many of them, the first, are of one partition's ledger.
    """

    ledgers: tuple[Ledger, ...]
    problems: tuple[str, ...]
    of_partitions: int = 0

    @property
    def balances(self) -> bool:
        return not self.problems


def audit_lake(
    runtime: Runtime, partitions: Sequence[str], advance: Advance, *, deep: bool = False, on_record: bool = False
) -> LakeAudit:
    """`deep`: published files are read whole. `on_record`: what was found is put among the results of rules.

    Raises BadTime.
    """
    with runtime.examined() as examined:
        found = _ledgers(examined, partitions, advance)
        if on_record:
            _record(examined, found)
        objects = examined.object_audit(deep=deep).findings(_days(partitions))
        return LakeAudit(found.ledgers, (*found.problems, *map(str, objects)))


def audit_rows(
    runtime: Runtime, partitions: Sequence[str], advance: Advance, *, deep: bool = False
) -> tuple[list[dict[str, Any]], list[str]]:
    """As `audit_lake` on record, with the ledgers as rows."""
    return _as_rows(audit_lake(runtime, partitions, advance, deep=deep, on_record=True))


def days_with_polls(runtime: Runtime, number: int) -> list[str]:
    """The last days, `number` of them by UTC and the one that has begun in zones ahead of it, on which polls were made.

    History is not listed.
    """
    today = runtime.feed_now().date()
    days = [(today + timedelta(days=1 - ago)).isoformat() for ago in range(number + 1)]
    return [day for day in sorted(days) if next(raw_objects(runtime.storage, POLLS, day), None) is not None]


def ledger_rows(
    runtime: Runtime, partitions: Sequence[str], advance: Advance
) -> tuple[list[dict[str, Any]], list[str]]:
    """As `audit_rows`, without the objects."""
    return _as_rows(_ledgers(runtime, partitions, advance))


def _as_rows(audited: LakeAudit) -> tuple[list[dict[str, Any]], list[str]]:
    return [_ledger_row(ledger) for ledger in audited.ledgers], list(audited.problems)


def _ledgers(runtime: Runtime, partitions: Sequence[str], advance: Advance) -> LakeAudit:
    from millrace.glue_workflow.ledger.balance import AgeLimits

    audit = runtime.audit(advance)
    ledgers = tuple(audit.ledgers(_days(partitions)))
    problems = [
        f"{ledger.source} {ledger.dt}: {imbalance.term}: {imbalance.message}"
        for ledger in ledgers
        for imbalance in ledger.imbalances(AgeLimits())
    ]
    problems += audit.unreadable
    of_partitions = len(problems)
    if not audit.unreadable:
        absent = set(_days(partitions)) - {ledger.dt for ledger in ledgers}
        problems += [f"{dt}: no source has a poll or a snapshot of this partition" for dt in sorted(absent)]
    if not (ledgers or problems or partitions) and next(runtime.storage.list(RAW_LAYOUT.prefix), None) is not None:
        problems.append("the lake has raw objects, but no partition that could be counted")
    return LakeAudit(ledgers, tuple(problems), of_partitions)


def _record(runtime: Runtime, found: LakeAudit) -> None:
    """An audit of a lake that can only be read leaves no record."""
    from millrace.glue_workflow.ledger.outcome import record_audit

    wrong: dict[tuple[str, str], list[str]] = {}
    for line in found.problems[: found.of_partitions]:
        place, _, message = line.partition(": ")
        source, _, dt = place.partition(" ")
        wrong.setdefault((source, dt), []).append(message)
    with suppress(LakeError):
        record_audit(runtime.runs, [(one.source, one.dt) for one in found.ledgers], wrong, runtime.clock.now())


def _days(partitions: Sequence[str]) -> list[str]:
    return [parse_date(one).isoformat() for one in partitions]


def ledger_columns() -> list[str]:
    from millrace.glue_workflow.ledger.balance import Ledger

    return [*(one.name for one in fields(Ledger) if one.name not in _NOT_SHOWN), "balances"]


def _ledger_row(ledger: Ledger) -> dict[str, Any]:
    from millrace.glue_workflow.ledger.balance import AgeLimits

    row = {**asdict(ledger), "balances": not any(ledger.imbalances(AgeLimits()))}
    return {name: row[name] for name in ledger_columns()}
