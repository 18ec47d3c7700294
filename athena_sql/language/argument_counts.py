"""Calls with more or fewer arguments than Athena's functions take, which the parser reads as other dialects' forms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlglot import exp

from millrace.athena_sql.language.refused import AthenaRefusal
from millrace.athena_sql.portability.refusals import Refusal


class _Signature(NamedTuple):
    """`extra`: the tree's arguments that Athena lacks. `needed`: one that Athena requires and the tree does not."""

    shown: str
    extra: tuple[str, ...] = ()
    needed: str = ""


_SIGNATURES: dict[type[exp.Expr], _Signature] = {
    exp.Ceil: _Signature("ceiling(x)", extra=("decimals",)),
    exp.Date: _Signature("date(x)", extra=("zone", "expressions")),
    exp.Floor: _Signature("floor(x)", extra=("decimals",)),
    exp.Length: _Signature("length(x)", extra=("binary", "encoding")),
    exp.Log: _Signature("log(base, x)", needed="expression"),
    exp.Rand: _Signature("random(), random(n) or random(m, n)", extra=("upper",)),
}


def refused_counts(nodes: Iterable[exp.Expr]) -> Iterator[tuple[exp.Expr, AthenaRefusal]]:
    for node in nodes:
        if isinstance(node, exp.Coalesce) and not node.expressions:
            words = "The 'coalesce' function must have at least two arguments"
            yield node, AthenaRefusal("SYNTAX_ERROR", words, Refusal(words, "x alone, or coalesce(x, y)"))
        signature = _SIGNATURES.get(type(node))
        if signature is not None and not _is_as_in(signature, node):
            name = signature.shown.partition("(")[0]
            words = f"Unexpected parameters for function {name}. Expected: {signature.shown}"
            yield node, AthenaRefusal("FUNCTION_NOT_FOUND", words, Refusal(words, signature.shown))


def _is_as_in(signature: _Signature, node: exp.Expr) -> bool:
    has_extra = any(node.args.get(name) for name in signature.extra)
    return not has_extra and (not signature.needed or node.args.get(signature.needed) is not None)
