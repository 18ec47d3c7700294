"""The types of lambdas, from those of the arrays and maps that they are given, and of the functions around them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp
from sqlglot.optimizer.annotate_types import TypeAnnotator

from millrace.athena_sql.language.function_types import type_of_call
from millrace.athena_sql.language.nested_types import UNKNOWN, array_of, part_of, type_of


def transformed(self: TypeAnnotator, node: exp.Transform) -> None:
    self._set_type(node, array_of(_read_lambda(self, node.expression, [part_of(type_of(node.this))])))


def filtered(self: TypeAnnotator, node: exp.ArrayFilter) -> None:
    _read_lambda(self, node.expression, [part_of(type_of(node.this))])
    self._set_type(node, type_of(node.this))


def reduced(self: TypeAnnotator, node: exp.Reduce) -> None:
    state = type_of(node.args["initial"])
    given = _read_lambda(self, node.args["merge"], [state, part_of(type_of(node.this))])
    finish = node.args.get("finish")
    self._set_type(node, _read_lambda(self, finish, [given]) if finish is not None else given)


def named(self: TypeAnnotator, node: exp.Anonymous) -> None:
    """A function that sqlglot does not know; its last parameter may be a lambda."""
    *values, last = map(type_of, node.expressions) if node.expressions else [UNKNOWN]
    if node.expressions and isinstance(node.expressions[-1], exp.Lambda):
        last = _read_lambda(self, node.expressions[-1], _parameters_over(values))
    self._set_type(node, type_of_call(str(node.this), [*values, last]))


def _parameters_over(values: Sequence[exp.DataType]) -> list[exp.DataType]:
    """Of a lambda over arrays: their entries. Over maps: the key, and the value of each."""
    are_maps = any(one.this is exp.DType.MAP for one in values)
    return [part_of(values[0]), *(part_of(one, 1) for one in values)] if are_maps else list(map(part_of, values))


def _read_lambda(self: TypeAnnotator, function: exp.Expr, types: Sequence[exp.DataType]) -> exp.DataType:
    """Annotates a lambda whose parameters have these types; returns the type of what it gives."""
    if not isinstance(function, exp.Lambda):
        return UNKNOWN
    known = {one.name.lower(): type_ for one, type_ in zip(function.expressions, types, strict=False)}
    for node in list(function.this.walk()):
        if isinstance(node, exp.Identifier):
            is_parameter = not isinstance(node.parent, exp.Column) and not (
                isinstance(node.parent, exp.Dot) and node.arg_key == "expression"
            )
            if is_parameter and (type_ := known.get(node.name.lower())) is not None:
                self._set_type(node, type_)
        elif not isinstance(node, exp.Column):
            self._visited.pop(id(node), None)
    self.annotate_expression(function.this)
    return function.this.type or UNKNOWN
