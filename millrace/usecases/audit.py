"""The audit of a lake: its ledgers (reconciliation) as rows, and the terms that do not add up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from millrace.time_keys import parse_date

if TYPE_CHECKING:
    from millrace.glue_workflow.ledger.balance import Ledger
    from millrace.infra.runtime.base import Runtime


_NOT_SHOWN = {"lost", "unexplained", "quarantine_attempts", "in_flight_age", "pending_age"}


def audit_rows(
    runtime: Runtime, partitions: Sequence[str], advance: Callable[[int, int], None]
) -> tuple[list[dict[str, Any]], list[str]]:
    """The ledgers as rows, and a line for each term that does not add up. Raises BadTime."""
    from millrace.glue_workflow.ledger.balance import AgeLimits

    days = [parse_date(one).isoformat() for one in partitions]
    audited = [(ledger, list(ledger.imbalances(AgeLimits()))) for ledger in runtime.audit(advance).ledgers(days)]
    problems = [
        f"{ledger.source} {ledger.dt}: {imbalance.term}: {imbalance.message}"
        for ledger, imbalances in audited
        for imbalance in imbalances
    ]
    return [_ledger_row(ledger, balances=not imbalances) for ledger, imbalances in audited], problems


def _ledger_row(ledger: Ledger, *, balances: bool) -> dict[str, Any]:
    terms = asdict(ledger)
    return {**{term: terms[term] for term in terms if term not in _NOT_SHOWN}, "balances": balances}
