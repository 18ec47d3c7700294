"""Parameters that name columns of another table: `avg(layer.table.column)`, `layer.table.{a,b}`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from millrace.errors import QueryError


@dataclass(frozen=True, slots=True)
class Aggregate:
    """An aggregate of a column; `table` is None for the table under test."""

    function: str
    table: str | None
    column: str


@dataclass(frozen=True, slots=True)
class Reference:
    """Columns of the table under test and, in the same order, those of another table that must hold their values."""

    columns: tuple[str, ...]
    table: str
    other_columns: tuple[str, ...]


def aggregate_of(text: str) -> Aggregate:
    """The aggregate that a parameter names. Raises QueryError for what is not sum(...) or avg(...)."""
    found = re.fullmatch(r"\s*(sum|avg)\s*\(\s*(?:([^()]+)\.)?([^().]+?)\s*\)\s*", text, re.IGNORECASE)
    if not found:
        raise QueryError(f"{text!r} is not an aggregate.", hint='Write "sum(column)" or "avg(layer.table.column)".')
    function, table, column = found.groups()
    return Aggregate(function.lower(), table, column)


def reference_of(columns: str, reference: str) -> Reference:
    """The reference that two parameters make.

    Raises QueryError when `reference` is not `table.column` or `table.{a,b}`, or when the numbers of columns differ.
    """
    mine = tuple(name.strip() for name in columns.split(","))
    found = re.fullmatch(r"\s*(.+)\.(?:\{([^{}]+)\}|([^.{}]+))\s*", reference)
    if not found:
        hint = 'Write "layer.table.column" or "layer.table.{a,b}".'
        raise QueryError(f"{reference!r} does not name columns of a table.", hint=hint)
    theirs = tuple(name.strip() for name in (found.group(2) or found.group(3)).split(","))
    if len(mine) != len(theirs) or not all((*mine, *theirs)):
        raise QueryError(
            f"{columns!r} and {reference!r} do not have the same number of columns.",
            hint="Name one column of the other table for each column of this one.",
        )
    return Reference(mine, found.group(1), theirs)
