"""Typed trees: a syntax tree with types annotated, as far as they follow from the tables' columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from millrace.athena_sql.language.annotator import AthenaTypes
from millrace.athena_sql.portability.dialect import ATHENA
from millrace.athena_sql.ports import Column

COMPARED = "compared"  # key of the meta of a name after USING: the comparison that it stands for
_FAILURES = (SqlglotError, AssertionError, AttributeError, KeyError, TypeError, ValueError)  # sqlglot's, on odd trees


def typed(tree: exp.Query, schema: Mapping[str, Any], *, quoted: bool = False, copy: bool = True) -> exp.Query:
    """A copy of the tree with names resolved and types annotated. If a name cannot be resolved, only types that need no
    schema are annotated.

    `schema`: column types by table, or by layer and table. `quoted`: puts every name in quotes. `copy`: False to change
    the tree itself.
    """
    tree = tree.copy() if copy else tree
    try:
        known = _known(schema)
        qualified = qualify(
            tree, schema=known, dialect=ATHENA, validate_qualify_columns=False, quote_identifiers=quoted
        )
        annotated = AthenaTypes(known).annotate(qualified)
    except _FAILURES:
        annotated = tree
        with suppress(*_FAILURES):
            AthenaTypes(_known({})).annotate(tree)
    assert isinstance(annotated, exp.Query)
    return annotated


def _known(schema: Mapping[str, Any]) -> MappingSchema:
    """The schema as sqlglot takes it. Its names are in lower case already, as `column_types` and Glue have them: to
    normalize each would parse it."""
    return MappingSchema(_with_types(schema), dialect=ATHENA, normalize=False)


def _with_types(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _with_types(inner)
        if isinstance(inner, Mapping)
        else _type_named(inner)
        if isinstance(inner, str)
        else inner
        for name, inner in schema.items()
    }


@lru_cache(maxsize=1024)
def _type_named(text: str) -> exp.DataType:
    """The same object for each column of a type: trees refer to it, and none changes it."""
    return exp.DataType.build(text, dialect=ATHENA)


def annotate(tree: exp.Query, types_of: Callable[[exp.Table], Mapping[str, str]]) -> None:
    """Sets the types of the tree's own nodes, as far as they can be known; the tree stays as it is written.

    `types_of`: the column types of a table, empty for a name that WITH defines.
    """
    copy = tree.copy()
    pairs = list(zip(tree.walk(), copy.walk(), strict=True))
    schema: dict[str, Mapping[str, str]] = {}
    for node, twin in pairs:
        if isinstance(node, exp.Table) and isinstance(twin, exp.Table) and (types := types_of(node)):
            name = f"table_{len(schema)}"  # a schema wants names of one depth
            twin.set("alias", twin.args.get("alias") or exp.TableAlias(this=twin.this.copy()))
            twin.set("this", exp.to_identifier(name))
            twin.set("db", None)
            twin.set("catalog", None)
            schema[name] = types
    typed(copy, schema, copy=False)
    for node, twin in pairs:
        if twin.type is not None:
            node.type = twin.type
        if isinstance(node, exp.Join) and node.args.get("using") and isinstance(twin.args.get("on"), exp.Expr):
            _type_names(node.args["using"], twin.args["on"])
    for node, _ in pairs:
        if isinstance(node, exp.Select):
            _type_repeated(node)


def _type_names(names: list[exp.Expr], condition: exp.Expr) -> None:
    """The names after USING, from the comparisons that stand for them in the copy."""
    equal = list(condition.flatten()) if isinstance(condition, exp.And) else [condition]
    for name, one in zip(names, equal, strict=False):
        if isinstance(one, exp.EQ):
            name.type = one.expression.type
            name.meta[COMPARED] = one


_CLAUSES = ("group", "having", "order")


def _type_repeated(select: exp.Select) -> None:
    """Types of what the select list says, too, where a clause says it once more: for that the copy has an alias."""
    clauses = [clause for name in _CLAUSES if isinstance(clause := select.args.get(name), exp.Expr)]
    if not clauses:
        return
    types = {node: node.type for one in select.expressions for node in one.walk() if _is_typed(node)}
    for clause in clauses:
        for node in clause.walk():
            if not _is_typed(node) and (type_ := types.get(node)) is not None:
                node.type = type_


def _is_typed(node: exp.Expr) -> bool:
    return node.type is not None and node.type.this is not exp.DType.UNKNOWN


def column_types(columns: tuple[Column, ...]) -> dict[str, str]:
    """Types by column name, as `typed` takes them."""
    return {column.name.lower(): "varchar" if column.type == "string" else column.type for column in columns}
