"""Typed trees: a syntax tree with types annotated, as far as they follow from the tables' columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify

from millrace.athena_sql.portability.dialect import ATHENA
from millrace.athena_sql.ports import Column

# Return types of Athena's functions that sqlglot does not know.
_METADATA = {**ATHENA.EXPRESSION_METADATA, exp.TimeToUnix: {"returns": exp.DType.DOUBLE}}


def typed(tree: exp.Query, schema: Mapping[str, Any], *, quoted: bool = False) -> exp.Query:
    """A copy of the tree with names resolved and types annotated. If a name cannot be resolved, only types that need no
    schema are annotated.

    `schema`: column types by table, or by layer and table. `quoted`: puts every name in quotes.
    """
    known = dict(schema)
    try:
        qualified = qualify(
            tree.copy(), schema=known, dialect=ATHENA, validate_qualify_columns=False, quote_identifiers=quoted
        )
        annotated = annotate_types(qualified, schema=known, dialect=ATHENA, expression_metadata=_METADATA)
    except SqlglotError:
        annotated = annotate_types(tree.copy(), dialect=ATHENA, expression_metadata=_METADATA)
    assert isinstance(annotated, exp.Query)
    return annotated


def column_types(columns: tuple[Column, ...]) -> dict[str, str]:
    """Types by column name, as `typed` takes them."""
    return {column.name: "varchar" if column.type == "string" else column.type for column in columns}
