"""The rule that a source's entity key implies: of the rows of one entity in a snapshot, the first counts.

The staging statement numbers the rows of one entity in the column `repetition`, in the order of the payload, which is
the same on every engine. Which rows are set aside, and why, is then seen as for any other rule.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from millrace.athena_sql.tables import REPETITION
from millrace.glue_workflow.quality.language.model import (
    Condition,
    Number,
    OnFailure,
    Operator,
    Rule,
    Ruleset,
    Text,
    members_of,
)

_FIRST_ONLY = Rule(
    "ColumnValues",
    (Text(REPETITION.name),),
    Condition(Operator.EQUAL, (Number(Decimal(1)),)),
    labels=(("on_failure", OnFailure.SET_ASIDE.value),),
)


def with_repetitions_set_aside(ruleset: Ruleset) -> Ruleset:
    """The rules with this one added, unless a rule of the file is about the column: then the file decides."""
    named = {one for rule in ruleset.rules for member in members_of(rule) for one in member.parameters}
    if Text(REPETITION.name) in named:
        return ruleset
    return replace(ruleset, rules=(*ruleset.rules, _FIRST_ONLY))
