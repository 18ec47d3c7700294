"""What the registry holds of each rule type: what it takes, what it is refused for, and how it is measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from millrace.glue_workflow.quality.language.model import Condition, Rule
from millrace.glue_workflow.quality.rule_types.measures import Measuring
from millrace.glue_workflow.quality.rule_types.table_under_test import TableUnderTest


class OperandKind(StrEnum):
    """What a condition compares with."""

    NUMBER = "a number"
    TEXT = "a text"
    TIME = "a date or now()"
    DURATION = "a duration such as 3 hours"


class Need(StrEnum):
    NONE = "no"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class RuleType:
    """One rule type of DQDL. It has either `measure` or `failing_rows`, never both.

    - `measure` gives the one number that the rule is about; it raises QueryError when the table does not allow it.
    - `failing_rows` gives SQL over the table's columns that is TRUE for the rows that fail and FALSE, never NULL, for
      all others; the `where` is added to it. The rule's number is the fraction of the rows that do not fail.
    - `parameters` is how many it takes; with `or_more`, at least that many.
    - `kinds` are what the condition compares with; `words` allows the keywords NULL, EMPTY and WHITESPACES_ONLY too.
    - `condition_per_row`: the condition is about each row, so it has no past results, and only a threshold limits how
      many rows may fail. Otherwise the condition is about the rule's number.
    - `check` is what the type is refused for beyond this, when a file is loaded. It takes the file's name and the rule,
      variables resolved, and raises DefinitionError (`refusal`) for one place in the rule, or QueryError for all of it.
    """

    name: str
    measure: Callable[[Rule, TableUnderTest], Measuring] | None = None
    failing_rows: Callable[[Rule, TableUnderTest], str] | None = None
    parameters: int = 1
    or_more: bool = False
    condition: Need = Need.REQUIRED
    kinds: tuple[OperandKind, ...] = (OperandKind.NUMBER,)
    words: bool = False
    condition_per_row: bool = False
    threshold: bool = False
    where: bool = True
    check: Callable[[str, Rule], None] | None = None

    def limit(self, rule: Rule) -> Condition | None:
        """The condition on the rule's number, or None when all rows must pass."""
        return rule.threshold if self.condition_per_row else rule.condition or rule.threshold
