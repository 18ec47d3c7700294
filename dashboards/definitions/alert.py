"""The model of an alert: a statement that gives one number per series, and when that number is told to people."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from millrace.athena_sql.ports import Statement
from millrace.errors import DefinitionError

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_RUNBOOK = re.compile(r"[\w./-]+\.md#[a-z0-9-]+")


class Severity(StrEnum):
    WARNING = "warning"  # look at it today
    CRITICAL = "critical"  # look at it now


class Side(StrEnum):
    ABOVE = "above"
    BELOW = "below"


class NoData(StrEnum):
    """What a query without rows means. None of them is silence."""

    FIRES = "fires"  # as if the condition held
    TOLD = "told"  # an alert of its own, which says that there is no data


@dataclass(frozen=True, slots=True)
class AlertCondition:
    """When an alert fires: while the number is on this side of the threshold, after `pending` of it."""

    side: Side
    threshold: float
    pending: timedelta


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert rule. `name` is stable: it identifies the rule.

    `statement` gives one row per series: `value`, a column of numbers that is never NULL, and `labels`, columns of
    texts that name the series. It takes `:first_day`, `:last_day`, `:since` and `:until`: the range is as long as
    `looks_back` and ends now. `summary`: a line for people, with `{label}` for the value of a label; `description`:
    what the number means. `runbook`: a page below docs/ and its heading, as `runbooks.md#stale-data`.

    Raises DefinitionError for a name, a runbook or a time that cannot be.
    """

    name: str
    title: str
    summary: str
    description: str
    statement: Statement
    value: str
    labels: tuple[str, ...]
    condition: AlertCondition
    severity: Severity
    runbook: str
    looks_back: timedelta
    no_data: NoData = NoData.FIRES

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            self._refuse("its name is not of small letters, digits and hyphens", "Write it as stale-data.")
        if not _RUNBOOK.fullmatch(self.runbook):
            self._refuse(f"{self.runbook!r} is no heading of a page", "Write it as runbooks.md#stale-data.")
        if self.looks_back <= timedelta(0) or self.condition.pending < timedelta(0):
            self._refuse("it looks back for no time, or is pending for less than none", "Give it a longer time.")
        if unknown := set(re.findall(r"\{(\w*)\}", self.summary)) - {*self.labels}:
            self._refuse(f"its summary names {{{min(unknown)}}}, which is no label", f"Name one of {self.labels}.")

    def _refuse(self, what: str, hint: str) -> None:
        raise DefinitionError(f"the alert {self.name!r}: {what}.", hint=hint)
