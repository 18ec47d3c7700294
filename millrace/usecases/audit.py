"""The audit of a lake: its ledgers (reconciliation) as rows, and the terms that do not add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from millrace.lake.raw_layout import RAW_LAYOUT
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


def audit_rows(
    runtime: Runtime, partitions: Sequence[str], advance: Advance, *, deep: bool = False
) -> tuple[list[dict[str, Any]], list[str]]:
    """The ledgers as rows, and a line for each term that does not add up and each object that is not as recorded.

    `deep`: published files are read whole. Raises BadTime.
    """
    with runtime.examined() as examined:
        rows, problems = ledger_rows(examined, partitions, advance)
        problems += map(str, examined.object_audit(deep=deep).findings(_days(partitions)))
        return rows, problems


def ledger_rows(
    runtime: Runtime, partitions: Sequence[str], advance: Advance
) -> tuple[list[dict[str, Any]], list[str]]:
    """As `audit_rows`, without the objects."""
    from millrace.glue_workflow.ledger.balance import AgeLimits

    audit = runtime.audit(advance)
    audited = [(ledger, list(ledger.imbalances(AgeLimits()))) for ledger in audit.ledgers(_days(partitions))]
    problems = [
        f"{ledger.source} {ledger.dt}: {imbalance.term}: {imbalance.message}"
        for ledger, imbalances in audited
        for imbalance in imbalances
    ]
    problems += audit.unreadable
    if not (audited or problems or partitions) and next(runtime.storage.list(RAW_LAYOUT.prefix), None) is not None:
        problems.append("the lake has raw objects, but no partition that could be counted")
    return [_ledger_row(ledger, balances=not imbalances) for ledger, imbalances in audited], problems


def _days(partitions: Sequence[str]) -> list[str]:
    return [parse_date(one).isoformat() for one in partitions]


def _ledger_row(ledger: Ledger, *, balances: bool) -> dict[str, Any]:
    terms = asdict(ledger)
    return {**{term: terms[term] for term in terms if term not in _NOT_SHOWN}, "balances": balances}
