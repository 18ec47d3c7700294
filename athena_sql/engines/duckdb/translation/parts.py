"""Parts of rewrites: refusals, calls of macros."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlglot import exp

from millrace.athena_sql.portability.refusals import Refusal
from millrace.athena_sql.statements.places import place_of
from millrace.errors import StatementFailed


def unsupported(node: exp.Expr, what: str) -> StatementFailed:
    return StatementFailed("NOT_SUPPORTED", f"{place_of(node)}: {what}")


def refused(refusal: Refusal) -> Callable[[exp.Expr], None]:
    def refuse(node: exp.Expr) -> None:
        raise unsupported(node, refusal.said)

    return refuse


def macro(name: str, *parts: str) -> Callable[[exp.Expr], exp.Expr | None]:
    """Replaces a node by a call of one of `macros.py` with these parts of the node, if it has them all."""

    def changed(node: exp.Expr) -> exp.Expr | None:
        found = [node.args.get(part) for part in parts]
        return call(name, *(part.copy() for part in found if part)) if all(found) else None

    return changed


def call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    """A call of a function of DuckDB, or of a macro."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def row(fields: Iterable[tuple[str, exp.Expr]], *, quoted: bool = False) -> exp.Struct:
    """A STRUCT with these names and values; the values are not copied."""
    return exp.Struct(
        expressions=[
            exp.PropertyEQ(this=exp.to_identifier(name, quoted=quoted), expression=value) for name, value in fields
        ]
    )


def unnamed_row(values: Iterable[exp.Expr]) -> exp.Struct:
    """A row whose fields are field0, field1... as Athena shows them."""
    return row((f"field{at}", value.copy()) for at, value in enumerate(values))
