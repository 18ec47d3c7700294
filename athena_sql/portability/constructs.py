"""The certified constructs of SQL: those that stand in a certified case, each with the cases that prove it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from sqlglot import exp

from millrace.athena_sql.portability.certified_cases import CASES
from millrace.athena_sql.portability.dialect import ATHENA
from millrace.athena_sql.statements.parsing import parse_query

# What holds other things together: it is proven by what it holds.
_STRUCTURE = (
    exp.Alias,
    exp.Column,
    exp.Identifier,
    exp.JSONPath,
    exp.JSONPathPart,
    exp.Literal,
    exp.Paren,
    exp.Placeholder,
    exp.Table,
    exp.TableAlias,
    exp.Tuple,
    exp.Var,
)
_WITH_UNIT = (exp.Extract, exp.Interval, exp.TimestampTrunc)


def constructs(tree: exp.Query) -> Iterator[tuple[exp.Expr, str]]:
    """Every node of the tree that is one, with its name, such as `date_trunc HOUR`, `left join` or `type BIGINT`."""
    for node in tree.walk():
        if not isinstance(node, _STRUCTURE):
            yield node, construct(node)


def construct(node: exp.Expr) -> str:
    match node:
        case exp.Anonymous():
            return str(node.this).lower()
        case exp.DataType():
            return f"type {node.this.value}"
        case exp.Join():
            return " ".join(filter(None, (node.method, node.side, node.kind, "join"))).lower()
        case exp.WindowSpec():
            return f"window over {node.text('kind').lower()}"
    name = _function_name(node) or type(node).__name__
    unit = node.this if isinstance(node, exp.Extract) else node.args.get("unit")
    return f"{name} {unit.name.upper()}" if isinstance(node, _WITH_UNIT) and isinstance(unit, exp.Expr) else name


@lru_cache(maxsize=1)
def certified() -> Mapping[str, tuple[str, ...]]:
    """By construct, the titles of the cases that prove it."""
    proofs: dict[str, list[str]] = {}
    for case in CASES:
        for name in {name for _, name in constructs(parse_query(case.statement))}:
            proofs.setdefault(name, []).append(case.title)
    return {name: tuple(titles) for name, titles in sorted(proofs.items())}


def _function_name(node: exp.Expr) -> str:
    """As it is written in Athena's dialect."""
    if not isinstance(node, exp.Func) or isinstance(node, exp.Cast | exp.Case | exp.And | exp.Or):
        return ""
    name, parenthesis, _ = node.sql(ATHENA).partition("(")
    return name.lower() if parenthesis and name.isidentifier() else ""
