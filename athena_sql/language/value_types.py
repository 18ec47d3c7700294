"""Values of types that Athena does not convert, put or compared together: other engines cast one of them by themselves.

The messages are Trino's. Nothing is said of a value whose type is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from sqlglot import exp

from millrace.athena_sql.language.refused import AthenaRefusal
from millrace.athena_sql.language.typed_trees import COMPARED
from millrace.athena_sql.portability.dialect import TRINO
from millrace.athena_sql.portability.refusals import REFUSED_MIXED_TYPES

_OPERATORS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.NullSafeEQ: "IS NOT DISTINCT FROM",
    exp.NullSafeNEQ: "IS DISTINCT FROM",
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.Mod: "%",
}
_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod)
_TEXT, _NUMBER, _TRUTH, _TIME = "text", "number", "truth", "time"
_FAMILIES: dict[exp.DType, str] = {
    **dict.fromkeys(exp.DataType.TEXT_TYPES, _TEXT),
    **dict.fromkeys(exp.DataType.NUMERIC_TYPES, _NUMBER),
    exp.DType.BOOLEAN: _TRUTH,
    **dict.fromkeys((exp.DType.DATE, exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ), _TIME),
}
# Functions of a text, which DuckDB and Spark also give the text of a number.
_OF_TEXT = (exp.Upper, exp.Lower, exp.Length, exp.Trim, exp.Substring, exp.Replace, exp.Split, exp.RegexpLike, exp.Like)
_CLAUSES: tuple[tuple[type[exp.Expr], str], ...] = ((exp.Where, "WHERE"), (exp.Having, "HAVING"))


def mixed_types(nodes: Iterable[exp.Expr]) -> Iterator[tuple[exp.Expr, AthenaRefusal]]:
    """Those of a typed tree that Athena refuses for the types of their parts."""
    for node in nodes:
        said = _rule(type(node))  # type: ignore[arg-type]  # a class has a hash
        if said and (message := said(node)):
            yield node, AthenaRefusal("TYPE_MISMATCH", message, REFUSED_MIXED_TYPES)


def _operator(node: exp.Expr) -> str:
    sides = [node.this, node.expression]
    families = _families(sides)
    if isinstance(node, _ARITHMETIC):
        is_refused = bool(families & {_TEXT, _TRUTH}) or families == {_NUMBER, _TIME}
    else:
        is_refused = len(families) > 1
    if not is_refused:
        return ""
    left, right = map(shown_type, sides)
    return f"Cannot apply operator: {left} {_OPERATORS[type(node)]} {right}"


def _using(node: exp.Expr) -> str:
    compared = (name.meta.get(COMPARED) for name in node.args.get("using") or ())
    return next((said for one in compared if one is not None and (said := _operator(one))), "")


def _in(node: exp.Expr) -> str:
    parts = [node.this, *node.expressions]
    if len(_families(parts)) < 2:
        return ""
    types = ", ".join(dict.fromkeys(map(shown_type, parts)))
    return f"IN value and list items must be of the same type, or coercible to one. Found: {types}"


def _between(node: exp.Expr) -> str:
    value, *ends = [node.this, node.args["low"], node.args["high"]]
    if len(_families([value, *ends])) < 2:
        return ""
    return f"Cannot check if {shown_type(value)} is BETWEEN {' and '.join(map(shown_type, ends))}"


def _coalesce(node: exp.Expr) -> str:
    return _common([node.this, *node.expressions], "All COALESCE operands")


def _nullif(node: exp.Expr) -> str:
    sides = [node.this, node.expression]
    if len(_families(sides)) < 2:
        return ""
    return f"Types are not comparable with NULLIF: {' vs '.join(map(shown_type, sides))}"


def _case(node: exp.Expr) -> str:
    default = node.args.get("default")
    return _common(
        [*(one.args["true"] for one in node.args["ifs"]), *([default] if default else [])], "All CASE results"
    )


def _if(node: exp.Expr) -> str:
    if isinstance(node.parent, exp.Case):
        return ""
    return _common([part for part in (node.args["true"], node.args.get("false")) if part], "All IF results")


def _common(parts: Sequence[exp.Expr], which: str) -> str:
    if len(_families(parts)) < 2:
        return ""
    types = ", ".join(dict.fromkeys(map(shown_type, parts)))
    return f"{which} must be the same type or coercible to a common type. Found: {types}"


def _union(node: exp.Expr) -> str:
    left, right = node.this, node.expression
    if not (isinstance(left, exp.Select) and isinstance(right, exp.Select)):
        return ""
    for at, pair in enumerate(zip(left.selects, right.selects, strict=False), 1):
        if len(_families(pair)) > 1:
            return f"column {at} in {node.key.upper()} query has incompatible types: {', '.join(map(shown_type, pair))}"
    return ""


def _concat(node: exp.Expr) -> str:
    parts = [node.this, node.expression] if isinstance(node, exp.DPipe) else list(node.expressions)
    if any(part.is_type(exp.DType.ARRAY) for part in parts):  # an entry is put before or behind the others
        return ""
    if not _families(parts) & {_NUMBER, _TRUTH, _TIME}:
        return ""
    return f"Unexpected parameters ({', '.join(map(shown_type, parts))}) for function concat"


def _of_text(node: exp.Expr) -> str:
    if not _families([node.this]) & {_NUMBER, _TRUTH, _TIME}:
        return ""
    name = "regexp_like" if isinstance(node, exp.RegexpLike) else node.key
    return f"Unexpected parameters ({shown_type(node.this)}, ...) for function {name}"


def _of_time(node: exp.Expr) -> str:
    if not _families([node.this]) & {_NUMBER, _TRUTH, _TEXT}:
        return ""
    return f"Unexpected parameters ({shown_type(node.this)}, varchar) for function date_format"


def _truths(node: exp.Expr) -> str:
    parts = [node.this, *([node.expression] if isinstance(node, exp.Connector) else [])]
    wrong = next((part for part in parts if _families([part]) - {_TRUTH}), None)
    if wrong is None:
        return ""
    where = next((f"{name} clause" for kind, name in _CLAUSES if isinstance(node, kind)), "Logical expression term")
    return f"{where} must evaluate to a boolean (actual: {shown_type(wrong)})"


_RULES: tuple[tuple[type[exp.Expr] | tuple[type[exp.Expr], ...], Callable[[exp.Expr], str]], ...] = (
    (tuple(_OPERATORS), _operator),
    (exp.Join, _using),
    (exp.In, _in),
    (exp.Between, _between),
    (exp.Coalesce, _coalesce),
    (exp.Nullif, _nullif),
    (exp.Case, _case),
    (exp.If, _if),
    (exp.SetOperation, _union),
    ((exp.DPipe, exp.Concat), _concat),
    (_OF_TEXT, _of_text),
    (exp.TimeToStr, _of_time),
    ((exp.Connector, exp.Not, exp.Where, exp.Having), _truths),
)


@cache
def _rule(kind: type[exp.Expr]) -> Callable[[exp.Expr], str] | None:
    return next((said for kinds, said in _RULES if issubclass(kind, kinds)), None)


def _families(nodes: Sequence[exp.Expr]) -> set[str]:
    known = (node for node in nodes if node.type is not None and not _is_other(node))
    return {family for node in known if node.type is not None and (family := _FAMILIES.get(node.type.this))}


def _is_other(node: exp.Expr) -> bool:
    """Also of a number of intervals, which is a number to sqlglot, as ALL and ANY are truths."""
    if isinstance(node, exp.All | exp.Any):
        return True
    return isinstance(node, exp.Mul | exp.Paren | exp.Neg) and node.find(exp.Interval) is not None


def shown_type(node: exp.Expr) -> str:
    """The type in Trino's words."""
    value = node.unalias().unnest()
    if isinstance(value, exp.Literal) and value.is_string:
        return f"varchar({len(value.name)})"
    type_ = node.type
    if type_ is None or type_.this is exp.DType.UNKNOWN:
        return "unknown"
    return f"{type_.sql(TRINO).lower()}{'(3)' if type_.this is exp.DType.TIMESTAMP and not type_.expressions else ''}"
