"""Parts of rewrites: refusals, whole numbers in the text, calls of functions and macros."""

from __future__ import annotations

from collections.abc import Callable

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


def number(node: exp.Expr) -> int | None:
    if isinstance(node, exp.Neg):
        found = number(node.this)
        return None if found is None else -found
    return int(node.this) if isinstance(node, exp.Literal) and node.is_int else None


def macro(name: str, *parts: str) -> Callable[[exp.Expr], exp.Expr | None]:
    """Replaces a node that has these parts by a call of one of `macros.MACROS` with them."""

    def changed(node: exp.Expr) -> exp.Expr | None:
        given = [node.args.get(part) for part in parts]
        return call(name, *(one.copy() for one in given if one)) if all(given) else None

    return changed


def call(name: str, *given: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(given))
