"""The fence: an allow-list on the syntax tree.

SQL can read the catalog's tables and nothing else. The first line of defence: it alone protects the lake's other files,
and it answers in Athena's words. The second is the session's own locks: no file outside the lake, no extension, no
setting.
"""

from __future__ import annotations

from difflib import get_close_matches

from sqlglot import exp

from millrace.athena_sql.language.functions import NAMES, SYNTAX
from millrace.athena_sql.statements.numerals import number
from millrace.athena_sql.statements.places import place_of
from millrace.errors import StatementFailed

_NAME_AS_WRITTEN = "written"  # key of a function node's meta: its name as the text has it
_MAX_ENTRIES = 10_000  # of a sequence, as in Athena: what one expression allocates is beyond DuckDB's memory limit
_CLAUSES: tuple[type[exp.Expr], ...] = (
    exp.Query,
    exp.Condition,
    exp.Alias,
    exp.AtTimeZone,
    exp.Aliases,
    exp.CTE,
    exp.ColumnDef,
    exp.Cube,
    exp.DataType,
    exp.DataTypeParam,
    exp.Distinct,
    exp.Fetch,
    exp.Filter,
    exp.From,
    exp.Group,
    exp.GroupingSets,
    exp.Having,
    exp.Identifier,
    exp.IgnoreNulls,
    exp.Interval,
    exp.JSONPath,
    exp.JSONPathPart,
    exp.Join,
    exp.Lambda,
    exp.Lateral,
    exp.Limit,
    exp.LimitOptions,
    exp.Offset,
    exp.Order,
    exp.Ordered,
    exp.Qualify,
    exp.RespectNulls,
    exp.Rollup,
    exp.Star,
    exp.Table,
    exp.TableAlias,
    exp.TableSample,
    exp.Tuple,
    exp.UDTF,
    exp.Values,
    exp.Var,
    exp.Where,
    exp.WindowSpec,
    exp.With,
    exp.WithinGroup,
    exp.IntervalSpan,
)
_FORBIDDEN: tuple[type[exp.Expr], ...] = (
    exp.Columns,
    exp.DML,
    exp.DDL,
    exp.Command,
    exp.Into,
    exp.Parameter,
    exp.Pivot,
    exp.SessionParameter,
    exp.Placeholder,
    exp.MatchRecognize,
)


def note_names(tree: exp.Expr, sql: str) -> None:
    """Notes at each function the name that the text has for it: the parser keeps a name of its own."""
    for node in tree.find_all(exp.Func):
        if "start" in node.meta:
            node.meta[_NAME_AS_WRITTEN] = sql[int(node.meta["start"]) : int(node.meta["end"]) + 1]


def check_allowed(tree: exp.Expr) -> None:
    """Raises StatementFailed for the first node that is not allowed."""
    for node in tree.walk():
        _check_node(node)
        if isinstance(node, exp.GenerateSeries):
            _check_sequence(node)


def _check_node(node: exp.Expr) -> None:
    if isinstance(node, exp.Anonymous | exp.AnonymousAggFunc):
        _check_name(node, str(node.this))
    elif isinstance(node, exp.Func) and not isinstance(node, SYNTAX):
        _check_name(node, _written(node))
    elif isinstance(node, _FORBIDDEN) or not isinstance(node, _CLAUSES):
        raise _unsupported(node, f"{_shown(node)} is not supported")
    elif isinstance(node, exp.Table):
        _check_table(node)
    elif isinstance(node, exp.DataType) and node.this in (exp.DType.USERDEFINED, exp.DType.UNKNOWN):
        raise StatementFailed("TYPE_NOT_FOUND", f"{place_of(node)}: Unknown type: {_shown(node)}")
    elif isinstance(node, exp.Star) and any(node.args.get(part) for part in ("except_", "replace", "rename")):
        raise _unsupported(node, f"{_shown(node)} is not supported")


def _check_sequence(node: exp.GenerateSeries) -> None:
    start, end = number(node.args["start"]), number(node.args["end"])
    step = number(node.args["step"]) if node.args.get("step") else 1
    if start is not None and end is not None and step and abs(end - start) // abs(step) >= _MAX_ENTRIES:
        raise StatementFailed(
            "INVALID_FUNCTION_ARGUMENT",
            f"{place_of(node)}: result of sequence function must not have more than {_MAX_ENTRIES} entries",
        )


def _check_name(node: exp.Expr, name: str) -> None:
    if name.lower() not in NAMES or isinstance(node.parent, exp.Dot):
        raise StatementFailed(
            "FUNCTION_NOT_FOUND",
            f"{place_of(node)}: Function '{_called(node, name)}' not registered",
            hint=_meant(name),
        )


def _meant(name: str) -> str:
    close = get_close_matches(name.lower(), NAMES, 1)
    return f"Did you mean {close[0]}?" if close else ""


def _called(node: exp.Expr, name: str) -> str:
    """The name for a message; a function without parentheses, such as CURRENT_TIME, has its SQL name."""
    if isinstance(node, exp.Func) and name == node.key:
        name = node.sql_name()
    return name.lower()


def _written(node: exp.Expr) -> str:
    """The function's name as the text has it; the node's key where the parser made the node itself."""
    return str(node.meta.get(_NAME_AS_WRITTEN, node.key))


def _check_table(node: exp.Table) -> None:
    """A table must be a name: no function, string or method, and followed by an alias and a sample at most."""
    if not isinstance(node.this, exp.Identifier):
        raise _unsupported(node, "Table functions are not supported")
    extra = set(node.args) - {"this", "db", "catalog", "alias", "sample", "joins", "laterals"}
    if any(node.args[part] for part in extra):
        raise _unsupported(node, f"{_shown(node)} is not supported")


def _unsupported(node: exp.Expr, what: str) -> StatementFailed:
    return StatementFailed("NOT_SUPPORTED", f"{place_of(node)}: {what}")


def _shown(node: exp.Expr) -> str:
    return node.key.upper()
