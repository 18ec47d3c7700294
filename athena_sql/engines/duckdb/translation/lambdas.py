"""Rewrites of functions that take a lambda, and of `zip`, to DuckDB's list_filter, list_transform and list_reduce."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.translation.parts import call, row, unnamed_row

# Nodes whose identifiers are names of columns, fields or types, never a lambda's parameters.
_NAMING = (exp.Alias, exp.Column, exp.ColumnDef, exp.Table, exp.TableAlias)
_NAMED_PARTS = frozenset({(exp.Dot, "expression"), (exp.PropertyEQ, "this")})


def body_of(function: exp.Expr, values: Sequence[exp.Expr]) -> exp.Expr:
    """A copy of the lambda's body, with these values in place of its parameters."""
    meant = {one.name.lower(): value for one, value in zip(function.expressions, values, strict=False)}
    holder = exp.Paren(this=function.this.copy())
    for name in list(holder.find_all(exp.Identifier)):
        if name.name.lower() in meant and _is_parameter(name):
            name.replace(meant[name.name.lower()].copy())
    body = holder.this
    assert isinstance(body, exp.Expr)
    return body.pop() if isinstance(body, exp.Identifier | exp.Func | exp.Literal) else holder


def _is_parameter(name: exp.Identifier) -> bool:
    """False also for the parameter of a lambda inside, which hides the outer one."""
    if isinstance(name.parent, _NAMING) or (type(name.parent), name.arg_key) in _NAMED_PARTS:
        return False
    around = name.parent
    while around is not None:
        if isinstance(around, exp.Lambda) and any(one.name.lower() == name.name.lower() for one in around.expressions):
            return False
        around = around.parent
    return True


def _parameter(inside: exp.Expr) -> exp.Identifier:
    """The parameter of a new lambda around `inside`, whose own lambdas have lower numbers."""
    return exp.to_identifier(f"_e{sum(1 for _ in inside.find_all(exp.Lambda))}")


def _each(array: exp.Expr, name: exp.Identifier, body: exp.Expr, over: str = "LIST_TRANSFORM") -> exp.Expr:
    return call(over, array, exp.Lambda(this=body, expressions=[name]))


def _part(of: exp.Identifier, place: int) -> exp.Expr:
    return call("STRUCT_EXTRACT_AT", of.copy(), exp.Literal.number(place))


def match(node: exp.Expr, of_all: str) -> exp.Expr | None:
    """any_match, all_match, none_match: NULL where a NULL decides. `of_all`: the macro over the lambda's values."""
    if len(node.expressions) != 2 or not isinstance(node.expressions[1], exp.Lambda):
        return None
    array, function = node.expressions
    return call(of_all, call("LIST_TRANSFORM", array.copy(), function.copy()))


def zipped(node: exp.Expr) -> exp.Expr | None:
    """Rows of the arrays' entries; NULL where an array has none."""
    if not node.expressions:
        return None
    name = _parameter(node)
    entry = unnamed_row(_part(name, at) for at in range(1, len(node.expressions) + 1))
    arrays = [one.copy() for one in node.expressions]
    known = exp.and_(*(one.copy().is_(exp.null()).not_() for one in node.expressions))
    return exp.Case().when(known, _each(call("LIST_ZIP", *arrays), name, entry))


def zip_with(node: exp.Expr) -> exp.Expr | None:
    if len(node.expressions) != 3 or not isinstance(node.expressions[2], exp.Lambda):
        return None
    one, other, function = node.expressions
    name = _parameter(node)
    body = body_of(function, [_part(name, 1), _part(name, 2)])
    known = exp.and_(one.copy().is_(exp.null()).not_(), other.copy().is_(exp.null()).not_())
    return exp.Case().when(known, _each(call("LIST_ZIP", one.copy(), other.copy()), name, body))


def map_filter(node: exp.Expr) -> exp.Expr | None:
    return _over_entries(node, lambda _key, _value, found: found, "LIST_FILTER")


def transform_keys(node: exp.Expr) -> exp.Expr | None:
    return _over_entries(node, lambda _key, value, found: _entry(found, value))


def transform_values(node: exp.Expr) -> exp.Expr | None:
    return _over_entries(node, lambda key, _value, found: _entry(key, found))


def map_zip_with(node: exp.Expr) -> exp.Expr | None:
    """Over the keys of both maps; the value of a key that one lacks is NULL."""
    if len(node.expressions) != 3 or not isinstance(node.expressions[2], exp.Lambda):
        return None
    one, other, function = node.expressions
    name = _parameter(node)
    values = [exp.Bracket(this=each.copy(), expressions=[name.copy()], offset=1, safe=True) for each in (one, other)]
    keys = call("athena_distinct", call("LIST_CONCAT", *(call("MAP_KEYS", each.copy()) for each in (one, other))))
    made = call("MAP_FROM_ENTRIES", _each(keys, name, _entry(name.copy(), body_of(function, [name.copy(), *values]))))
    known = exp.and_(one.copy().is_(exp.null()).not_(), other.copy().is_(exp.null()).not_())
    return exp.Case().when(known, made)


def _over_entries(
    node: exp.Expr, made: Callable[[exp.Expr, exp.Expr, exp.Expr], exp.Expr], over: str = "LIST_TRANSFORM"
) -> exp.Expr | None:
    """A map of the entries that `made` gives of a key, a value and what the lambda gives of them."""
    if len(node.expressions) != 2 or not isinstance(node.expressions[1], exp.Lambda):
        return None
    given, function = node.expressions
    name = _parameter(node)
    key, value = _part(name, 1), _part(name, 2)
    body = made(key, value, body_of(function, [key, value]))
    return call("MAP_FROM_ENTRIES", _each(call("MAP_ENTRIES", given.copy()), name, body, over))


def _entry(key: exp.Expr, value: exp.Expr) -> exp.Expr:
    return row([("key", key.copy()), ("value", value.copy())])


def reduce_array(node: exp.Expr) -> exp.Expr | None:
    """With the last lambda, which DuckDB has not: it takes the state to the result."""
    array, finish, merge = node.this, node.args.get("finish"), node.args.get("merge")
    if not isinstance(finish, exp.Lambda) or not isinstance(merge, exp.Lambda):
        return None
    folded = call("LIST_REDUCE", array.copy(), merge.copy(), node.args["initial"].copy())
    if isinstance(finish.this, exp.Identifier) and finish.this.name == finish.expressions[0].name:
        return folded
    one = call("LIST_TRANSFORM", exp.Array(expressions=[folded]), finish.copy())
    known = array.copy().is_(exp.null()).not_()
    return exp.Case().when(known, call("LIST_EXTRACT", one, exp.Literal.number(1)))


BY_NAME: Mapping[str, Callable[[exp.Expr], exp.Expr | None]] = MappingProxyType(
    {
        "all_match": lambda node: match(node, "athena_all"),
        "any_match": lambda node: match(node, "athena_any"),
        "map_filter": map_filter,
        "map_zip_with": map_zip_with,
        "none_match": lambda node: match(node, "athena_none"),
        "transform_keys": transform_keys,
        "transform_values": transform_values,
        "zip": zipped,
        "zip_with": zip_with,
    }
)
