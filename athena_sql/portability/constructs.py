"""The constructs of SQL, under their names."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from millrace.athena_sql.portability.dialect import ATHENA

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
            yield node, construct_name(node)


def construct_name(node: exp.Expr) -> str:
    match node:
        case exp.Bracket():
            return "element_at"
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


def _function_name(node: exp.Expr) -> str:
    """The function's name in Athena's dialect, in lower case; "" for what is no function call."""
    if not isinstance(node, exp.Func) or isinstance(node, exp.Cast | exp.Case | exp.And | exp.Or):
        return ""
    name, parenthesis, _ = node.sql(ATHENA).partition("(")
    return name.lower() if parenthesis and name.isidentifier() else ""
