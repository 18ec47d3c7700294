"""The results of an evaluation: verdicts, and what is to be done about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from millrace.glue_workflow.quality.language.model import OnFailure


class Verdict(StrEnum):
    """Whether a rule holds; `error` when it could not be evaluated."""

    PASS = "pass"
    FAIL = "fail"
    ERROR = "error"


class Action(StrEnum):
    """What the caller has to do about a result."""

    NONE = "none"
    WARN = "warn"
    SET_ASIDE = "set_aside"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class RuleResult:
    """The result of one rule of the file.

    `rule` is the rule's text without labels, and the key of its past values. `value` is what was measured: for rules
    about rows, the fraction that pass. For such rules, `failing_rows` is how many rows fail, `predicate` is SQL
    (Athena's dialect, over the table's columns) that is TRUE for those and FALSE, never NULL, for all others, and
    `column` is the column that the rule is about. All three are None for rules that do not name rows.

    `on_failure` is the label's value, with one exception: for a rule labelled `set_aside` it is `stop` when too many
    rows fail (the rule misses its threshold, or the condition of Completeness) or when the rule could not be evaluated.
    `action` is what has to be done now. The failing rows of a `set_aside` rule are set aside even when its verdict is
    `pass` because its threshold is met.
    """

    rule: str
    verdict: Verdict
    value: float | None
    threshold: str
    message: str
    labels: Mapping[str, str]
    on_failure: OnFailure
    action: Action
    failing_rows: int | None = None
    predicate: str | None = None
    column: str | None = None

    @property
    def too_many(self) -> bool:
        """Whether a `set_aside` rule stops instead: too many rows fail, or it is unknown which."""
        return self.on_failure is OnFailure.STOP and self.labels.get("on_failure") == OnFailure.SET_ASIDE
