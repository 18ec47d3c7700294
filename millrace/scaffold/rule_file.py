"""The rules of a new source, chosen from what the rows of its sample suggest.

Only those stay that can be expected of the next snapshot too: what one sample happens to hold is no bound. Rules that
a right snapshot may fail one day only warn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from millrace.glue_workflow.quality import OnFailure, Ruleset, parse, print_ruleset
from millrace.glue_workflow.quality.language.model import Condition, Number, Operator, Rule, Text, members_of
from millrace.scaffold.columns import FoundColumn
from millrace.scaffold.findings import Findings
from millrace.scaffold.instants import instant_form
from millrace.scaffold.source_file import box_of

_WARN = (("on_failure", OnFailure.WARN.value),)
_SET_ASIDE = (("on_failure", OnFailure.SET_ASIDE.value),)
_HEAD = """# What staging.{name} must be before it is published, suggested from one response: keep what is intended.
# A rule without a label holds the day back, "set_aside" takes out the rows that fail, "warn" only says so.
"""


def rules_text(found: Findings, suggested: str) -> str:
    """`suggested`: DQDL, as `millrace quality suggest` writes it for the staging table."""
    rules = [
        one for whole in parse(suggested, found.name).rules for rule in members_of(whole) for one in _kept(found, rule)
    ]
    rules += _position_rules(found)
    if key := found.column_of_key:
        rules.append(Rule("IsPrimaryKey", (Text("snapshot_id"), Text(key)), labels=_WARN))
    return _HEAD.format(name=found.name) + print_ruleset(Ruleset(tuple(dict.fromkeys(rules))))


def _kept(found: Findings, rule: Rule) -> Iterator[Rule]:
    column = next((one.value for one in rule.parameters if isinstance(one, Text)), "")
    of_entity = next((one for one in found.columns if one.name == column), None)
    match rule.type:
        case "RowCount":
            yield rule
        case "IsComplete" | "IsPrimaryKey" if column in ("observed_at", "snapshot_id", found.column_of_key):
            yield Rule("IsComplete", (Text(column),))  # what is unique in one snapshot comes again in the next
        case "IsComplete" | "IsPrimaryKey" if of_entity and of_entity.is_always:
            yield Rule("IsComplete", (Text(column),), labels=_WARN)
        case "ColumnValues" if of_entity and not of_entity.role:
            yield from _bound(of_entity, rule)


def _bound(column: FoundColumn, rule: Rule) -> Iterator[Rule]:
    """A list of values warns of new ones; of counts only the sign is kept."""
    condition = rule.condition
    if condition is None:
        return
    if condition.operator is Operator.IN and instant_form(column.shape.texts) is None:
        yield replace(rule, labels=_WARN)
    elif condition.operator in (Operator.GREATER_OR_EQUAL, Operator.EQUAL):
        low = condition.operands[0]
        if column.type == "int" and column.is_measure and isinstance(low, Number) and low.value >= 0:
            yield replace(rule, condition=Condition(Operator.GREATER_OR_EQUAL, (Number(Decimal(0)),)), labels=_WARN)


def _position_rules(found: Findings) -> Iterator[Rule]:
    """The box of the source's plausibility; DQDL's between leaves both ends out."""
    box = box_of(found)
    if box is None:
        return
    for role, low, high in (("longitude", box.west, box.east), ("latitude", box.south, box.north)):
        column = found.column(role)
        if column is not None:
            bounds = (Number(Decimal(repr(low))), Number(Decimal(repr(high))))
            yield Rule(
                "ColumnValues",
                (Text(column.name),),
                Condition(Operator.BETWEEN, bounds),
                labels=_SET_ASIDE,
                threshold=_MOST,
            )


_MOST = Condition(Operator.GREATER_OR_EQUAL, (Number(Decimal("0.9")),))
