"""Typed trees: a syntax tree with types annotated, as far as they follow from the tables' columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify

from millrace.athena_sql.language.function_types import METADATA
from millrace.athena_sql.portability.dialect import ATHENA
from millrace.athena_sql.ports import Column

# Return types of Athena's functions that sqlglot does not know.
_METADATA = {**ATHENA.EXPRESSION_METADATA, exp.TimeToUnix: {"returns": exp.DType.DOUBLE}, **METADATA}
_FAILURES = (SqlglotError, AssertionError, AttributeError, KeyError, TypeError, ValueError)  # sqlglot's, on odd trees


def typed(tree: exp.Query, schema: Mapping[str, Any], *, quoted: bool = False, copy: bool = True) -> exp.Query:
    """A copy of the tree with names resolved and types annotated. If a name cannot be resolved, only types that need no
    schema are annotated.

    `schema`: column types by table, or by layer and table. `quoted`: puts every name in quotes. `copy`: False to change
    the tree itself.
    """
    known = dict(schema)
    tree = tree.copy() if copy else tree
    try:
        qualified = qualify(
            tree, schema=known, dialect=ATHENA, validate_qualify_columns=False, quote_identifiers=quoted
        )
        annotated = annotate_types(qualified, schema=known, dialect=ATHENA, expression_metadata=_METADATA)
    except _FAILURES:
        annotated = tree
        with suppress(*_FAILURES):
            annotated = annotate_types(tree, dialect=ATHENA, expression_metadata=_METADATA)
    assert isinstance(annotated, exp.Query)
    return annotated


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


def column_types(columns: tuple[Column, ...]) -> dict[str, str]:
    """Types by column name, as `typed` takes them."""
    return {column.name: "varchar" if column.type == "string" else column.type for column in columns}
