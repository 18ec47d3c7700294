"""The audit of a lake: its ledgers (reconciliation) as rows, and the terms that do not add up."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
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


_log = logging.getLogger(__name__)

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
    """`of_partitions`: by source and dt, the terms that do not add up; `others`: the lines about what is none of these,
    such as objects that are not as recorded.
    """

    ledgers: tuple[Ledger, ...]
    of_partitions: Mapping[tuple[str, str], Sequence[str]]
    others: tuple[str, ...] = ()

    @property
    def problems(self) -> list[str]:
        """A line for each."""
        found = self.of_partitions.items()
        return [*(f"{source} {dt}: {one}" for (source, dt), messages in found for one in messages), *self.others]

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
        return replace(found, others=(*found.others, *map(str, objects)))


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
    return [_ledger_row(ledger) for ledger in audited.ledgers], audited.problems


def _ledgers(runtime: Runtime, partitions: Sequence[str], advance: Advance) -> LakeAudit:
    from millrace.glue_workflow.ledger.balance import AgeLimits

    audit = runtime.audit(advance)
    ledgers = tuple(audit.ledgers(_days(partitions)))
    wrong: dict[tuple[str, str], list[str]] = {}
    for ledger in ledgers:
        if found := [f"{one.term}: {one.message}" for one in ledger.imbalances(AgeLimits())]:
            wrong[ledger.source, ledger.dt] = found
    for place, message in audit.unreadable.items():
        wrong.setdefault(place, []).append(message)
    others = []
    if not audit.unreadable:
        absent = set(_days(partitions)) - {ledger.dt for ledger in ledgers}
        others += [f"{dt}: no source has a poll or a snapshot of this partition" for dt in sorted(absent)]
    nothing = not (ledgers or wrong or others or partitions)
    if nothing and next(runtime.storage.list(RAW_LAYOUT.prefix), None) is not None:
        others.append("the lake has raw objects, but no partition that could be counted")
    return LakeAudit(ledgers, wrong, tuple(others))


def _record(runtime: Runtime, found: LakeAudit) -> None:
    """An audit that cannot be put on record, as of a lake that can only be read, is an audit all the same: a warning of
    the log says so.
    """
    from millrace.glue_workflow.ledger.outcome import record_audit

    audited = [(one.source, one.dt) for one in found.ledgers]
    try:
        record_audit(runtime.runs, audited, found.of_partitions, runtime.clock.now())
    except LakeError as error:
        _log.warning("audit.not_recorded", extra={"reason": error.message})


def _days(partitions: Sequence[str]) -> list[str]:
    return [parse_date(one).isoformat() for one in partitions]


def ledger_columns() -> list[str]:
    from millrace.glue_workflow.ledger.balance import Ledger

    return [*(one.name for one in fields(Ledger) if one.name not in _NOT_SHOWN), "balances"]


def _ledger_row(ledger: Ledger) -> dict[str, Any]:
    from millrace.glue_workflow.ledger.balance import AgeLimits

    row = {**asdict(ledger), "balances": not any(ledger.imbalances(AgeLimits()))}
    return {name: row[name] for name in ledger_columns()}
