"""The certified constructs of SQL: those that stand in a certified case, each with the titles of its cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from sqlglot import exp

from millrace.athena_sql.portability.certified_cases import CASES
from millrace.athena_sql.portability.dialect import ATHENA
from millrace.athena_sql.statements.parsing import parse_query

# Nodes that only hold other nodes together need no case of their own.
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
    """The nodes of the tree that are constructs, each with its name (`date_trunc HOUR`, `left join`, `type BIGINT`)."""
    for node in tree.walk():
        if not isinstance(node, _STRUCTURE):
            yield node, _name(node)


def _name(node: exp.Expr) -> str:
    match node:
        case exp.Anonymous():
            return str(node.this).lower()
        case exp.DataType():
            return f"type {node.this.value if isinstance(node.this, exp.DType) else node.sql(ATHENA)}"
        case exp.Join():
            return " ".join(filter(None, (node.method, node.side, node.kind, "join"))).lower()
        case exp.WindowSpec():
            return f"window over {node.text('kind').lower()}"
    name = _function_name(node) or type(node).__name__
    unit = node.this if isinstance(node, exp.Extract) else node.args.get("unit")
    return f"{name} {unit.name.upper()}" if isinstance(node, _WITH_UNIT) and isinstance(unit, exp.Expr) else name


@lru_cache(maxsize=1)
def certified() -> Mapping[str, tuple[str, ...]]:
    """For each construct, the titles of the cases that it stands in."""
    titles: dict[str, list[str]] = {}
    for case in CASES:
        for name in {name for _, name in constructs(parse_query(case.statement))}:
            titles.setdefault(name, []).append(case.title)
    return {name: tuple(cases) for name, cases in sorted(titles.items())}


def _function_name(node: exp.Expr) -> str:
    """The function's name in Athena's dialect, in lower case; "" for what is no function call."""
    if not isinstance(node, exp.Func) or isinstance(node, exp.Cast | exp.Case | exp.And | exp.Or):
        return ""
    name, parenthesis, _ = node.sql(ATHENA).partition("(")
    return name.lower() if parenthesis and name.isidentifier() else ""
