"""Parameters: `:name` in a statement is replaced by a literal in the syntax tree; SQL is never put together as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from sqlglot import exp

from millrace.athena_sql.portability.json_paths import json_path
from millrace.athena_sql.ports import MAX_DIGITS, Parameter, Value
from millrace.errors import QueryError

_BIGINT = range(-(2**63), 2**63)


def bind(tree: exp.Query, parameters: Mapping[str, Parameter], name: str) -> exp.Query:
    """A copy of the tree with every `:parameter` replaced. `name` is the statement's, for messages.

    A sequence is allowed only as `IN (:list)`. Raises QueryError for a missing or surplus parameter, and for a value
    that has no literal.
    """
    bound = tree.copy()
    placeholders = list(bound.find_all(exp.Placeholder))
    _check_names({str(node.this) for node in placeholders}, set(parameters), name)
    for node in placeholders:
        value = parameters[str(node.this)]
        if isinstance(value, Sequence) and not isinstance(value, str):
            _expand(node, value, name)
        else:
            node.replace(_in_place(node, _literal(value, str(node.this), name)))
    return bound


def parameters_of(tree: exp.Query) -> set[str]:
    return {str(node.this) for node in tree.find_all(exp.Placeholder)}


def _check_names(wanted: set[str], given: set[str], name: str) -> None:
    if missing := sorted(wanted - given):
        raise QueryError(f"{name}: no value for the parameter :{missing[0]}.", hint=f"Give :{missing[0]} a value.")
    if surplus := sorted(given - wanted):
        raise QueryError(f"{name}: the statement has no parameter :{surplus[0]}.", hint=f"It has: {_listed(wanted)}.")


def _listed(names: set[str]) -> str:
    return ", ".join(f":{name}" for name in sorted(names)) or "none"


def _expand(node: exp.Placeholder, values: Sequence[Value], name: str) -> None:
    parent = node.parent
    if not isinstance(parent, exp.In) or node.arg_key != "expressions":
        raise QueryError(f"{name}: :{node.this} is a list.", hint=f"A list can only be used as IN (:{node.this}).")
    others = [other for other in parent.expressions if other is not node]
    literals = [_literal(value, str(node.this), name) for value in values]
    if others or literals:
        parent.set("expressions", [*others, *literals])
    else:
        parent.replace(exp.false())  # an empty list holds nothing, and SQL has no syntax for one


def _in_place(node: exp.Placeholder, literal: exp.Expr) -> exp.Expr:
    """A path into JSON as the parser reads one that is written in the text."""
    is_path = isinstance(node.parent, exp.JSONExtract | exp.JSONExtractScalar) and node.arg_key == "expression"
    return (json_path(literal.name) or literal) if is_path and literal.is_string else literal


def _literal(value: Parameter, parameter: str, name: str) -> exp.Expr:
    literal = _literal_or_none(value)
    if literal is None:
        raise QueryError(f"{name}: :{parameter} cannot be {value!r}.", hint="SQL has no such literal.")
    return literal


def _literal_or_none(value: Parameter) -> exp.Expr | None:
    match value:
        case None:
            return exp.null()
        case bool():
            return exp.true() if value else exp.false()
        case int():
            return exp.Literal.number(value) if value in _BIGINT else None
        case float():
            return _cast(_FLOATS.get(repr(value), repr(value)), "DOUBLE")
        case Decimal():
            return _decimal(value)
        case str():
            return exp.Literal.string(value) if _storable(value) else None
        case datetime():
            naive = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
            return _cast(naive.isoformat(" "), "TIMESTAMP")
        case date():
            return _cast(value.isoformat(), "DATE")
    return None


_FLOATS = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


IS_PARAMETER = "parameter"  # key of a node's meta: it stands for a parameter, and is not in the text


def _cast(text: str, to: str) -> exp.Expr:
    value = exp.cast(exp.Literal.string(text), to)
    value.meta[IS_PARAMETER] = True
    return value


def _decimal(value: Decimal) -> exp.Expr | None:
    if not value.is_finite():
        return None
    _, digits, exponent = value.as_tuple()
    scale = max(0, -int(exponent))
    precision = max(len(digits) + max(0, int(exponent)), scale, 1)
    return _cast(f"{value:f}", f"DECIMAL({precision}, {scale})") if precision <= MAX_DIGITS else None


def _storable(text: str) -> bool:
    """Whether a SQL string can hold the text: it cannot hold NUL or half a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text
