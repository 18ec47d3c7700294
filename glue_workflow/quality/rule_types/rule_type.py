"""The shape of a registry entry: what a rule type takes, what it is refused for, and how it is measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from millrace.glue_workflow.quality.language.model import Condition, Rule
from millrace.glue_workflow.quality.rule_types.measurement import Measurement
from millrace.glue_workflow.quality.rule_types.table_under_test import TableUnderTest


class OperandKind(StrEnum):
    """The kind of value that a condition compares with."""

    NUMBER = "a number"
    TEXT = "a text"
    TIME = "a date or now()"
    DURATION = "a duration such as 3 hours"


class ConditionUse(StrEnum):
    """Whether a rule of the type has a condition."""

    NONE = "no"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class RuleType:
    """One rule type of DQDL. It has either `measure` or `failing_rows`, never both.

    - `measure`: the measurement of the rule's one number. Raises QueryError when the table's columns do not allow it.
    - `failing_rows`: SQL over the table's columns that is TRUE for the rows that fail and FALSE, never NULL, for all
      others. It need not look at the rule's `where`. The rule's number is the fraction of rows that do not fail.
      Raises QueryError as `measure` does.
    - `parameters`: how many parameters a rule has; with `or_more`, at least that many.
    - `kinds`: what the condition may compare with; `keywords` adds NULL, EMPTY and WHITESPACES_ONLY.
    - `condition_per_row`: the condition is about each row, not about the rule's number. It has no past results then,
      and only a threshold limits how many rows may fail.
    - `threshold`, `where`: whether a rule may have these clauses.
    - `check`: further checks when a file is loaded, given the file's name and the rule with its variables resolved.
      Raises DefinitionError (made by `refusal`) for one place in the rule, or QueryError for the rule as a whole.
    """

    name: str
    measure: Callable[[Rule, TableUnderTest], Measurement] | None = None
    failing_rows: Callable[[Rule, TableUnderTest], str] | None = None
    parameters: int = 1
    or_more: bool = False
    condition: ConditionUse = ConditionUse.REQUIRED
    kinds: tuple[OperandKind, ...] = (OperandKind.NUMBER,)
    keywords: bool = False
    condition_per_row: bool = False
    threshold: bool = False
    where: bool = True
    check: Callable[[str, Rule], None] | None = None

    def limit(self, rule: Rule) -> Condition | None:
        """The condition on the rule's number, or None when all rows must pass."""
        return rule.threshold if self.condition_per_row else rule.condition or rule.threshold
