"""The fence: an allow-list on the syntax tree.

SQL can read the catalog's tables and nothing else. The first line of defence: it alone protects the lake's other files,
and it answers in Athena's words. The second is the session's own locks: no file outside the lake, no extension, no
setting.
"""

from __future__ import annotations

import re
from difflib import get_close_matches

from sqlglot import exp

from millrace.athena_sql.language.functions import KEYWORDS, NAMES, SYNTAX
from millrace.athena_sql.language.trino_functions import TRINO_NAMES, instead_of
from millrace.athena_sql.portability.dialect import TRINO
from millrace.athena_sql.statements.numerals import number
from millrace.athena_sql.statements.places import place_of
from millrace.errors import StatementFailed

_NAME_AS_WRITTEN = "written"  # key of a function node's meta: its name as the text has it
_MAX_ENTRIES = 10_000  # of a sequence, as in Athena: what one expression allocates is beyond DuckDB's memory limit
_HEAD = re.compile(r"[A-Za-z_]\w*")
_BETWEEN_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")
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
_OTHER_TYPES = (exp.DType.IPADDRESS, exp.DType.IPPREFIX, exp.DType.HLLSKETCH, exp.DType.TDIGEST)
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
    elif isinstance(node, SYNTAX):
        _check_syntax(node)
    elif isinstance(node, exp.Func):
        _check_name(node, _written(node))
    elif isinstance(node, _FORBIDDEN) or not isinstance(node, _CLAUSES):
        head = _HEAD.match(node.sql(TRINO))
        if head and head[0].lower() in TRINO_NAMES:
            _check_name(node, head[0])
        raise _unsupported(node, f"{_shown(node)} is not supported")
    elif isinstance(node, exp.Table):
        _check_table(node)
    elif isinstance(node, exp.DataType) and node.this in (exp.DType.USERDEFINED, exp.DType.UNKNOWN):
        raise StatementFailed("TYPE_NOT_FOUND", f"{place_of(node)}: Unknown type: {node.sql(TRINO).lower()}")
    elif isinstance(node, exp.DataType) and node.this in _OTHER_TYPES:
        raise _unsupported(node, f"the type {node.sql(TRINO).lower()} is not supported here; use instead: VARCHAR")
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
    called = _called(node, name)
    if called in NAMES and not isinstance(node.parent, exp.Dot):
        return
    if called in TRINO_NAMES and not isinstance(node.parent, exp.Dot):
        raise _unsupported(node, f"{called} is not supported here; use instead: {instead_of(called)}")
    raise StatementFailed(
        "FUNCTION_NOT_FOUND", f"{place_of(node)}: Function '{called}' not registered", hint=_meant(called)
    )


def _check_syntax(node: exp.Expr) -> None:
    """Refuses what another dialect calls a function that has syntax of its own, such as `instr` for `strpos`."""
    name = str(node.meta.get(_NAME_AS_WRITTEN, "")).lower()
    if name.isidentifier() and name not in NAMES | TRINO_NAMES | KEYWORDS:
        _check_name(node, name)


def _meant(name: str) -> str:
    close = get_close_matches(name.lower(), NAMES, 1)
    return f"Did you mean {close[0]}?" if close else ""


def _called(node: exp.Expr, name: str) -> str:
    """The name for a message; where the parser made the node itself, the name that Trino's SQL has for it."""
    if isinstance(node, exp.Func) and name == node.key:
        head = _HEAD.match(node.sql(TRINO))
        name = head[0] if head else node.sql_name()
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
    """The name of a part of the grammar, in words."""
    return _BETWEEN_WORDS.sub(" ", type(node).__name__).upper()
