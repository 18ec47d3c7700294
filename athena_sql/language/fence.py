"""The fence: an allow-list on the syntax tree.

SQL can read the catalog's tables and nothing else. The first line of defence: it alone protects the lake's other files,
and it answers in Athena's words. The second is the session's own locks: no file outside the lake, no extension, no
setting.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from sqlglot import exp

from millrace.athena_sql.language.functions import KEYWORDS, NAMES, SYNTAX
from millrace.athena_sql.language.refused import AthenaRefusal
from millrace.athena_sql.language.trino_functions import TRINO_NAMES, instead_of
from millrace.athena_sql.portability.dialect import TRINO
from millrace.athena_sql.portability.refusals import NOT_CERTIFIED, Refusal
from millrace.athena_sql.statements.numerals import number

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
_WORDS = NAMES | TRINO_NAMES | KEYWORDS
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
        if node.meta_get("start") is not None:
            node.meta[_NAME_AS_WRITTEN] = sql[int(node.meta["start"]) : int(node.meta["end"]) + 1]


def check_allowed(nodes: Iterable[exp.Expr]) -> None:
    """Raises StatementFailed for the first node that is not allowed."""
    for node, refused in refused_nodes(nodes):
        raise refused.failure(node)


def refused_nodes(nodes: Iterable[exp.Expr]) -> Iterator[tuple[exp.Expr, AthenaRefusal]]:
    """The nodes that are not allowed, each with why."""
    for node in nodes:
        if refused := _refused(node):
            yield node, refused


def _refused(node: exp.Expr) -> AthenaRefusal | None:
    if isinstance(node, exp.Anonymous | exp.AnonymousAggFunc):
        return _refused_name(node, str(node.this))
    if isinstance(node, SYNTAX):
        return _refused_syntax(node)
    if isinstance(node, exp.Func):
        refused = _refused_name(node, _written(node))
        return refused or (_refused_sequence(node) if isinstance(node, exp.GenerateSeries) else None)
    if isinstance(node, _FORBIDDEN) or not isinstance(node, _CLAUSES):
        named = _refused_name(node, head) if (head := _head(node)) in TRINO_NAMES else None
        return named or _unsupported(_shown(node))
    if isinstance(node, exp.Table):
        return _refused_table(node)
    if isinstance(node, exp.DataType) and node.this in (exp.DType.USERDEFINED, exp.DType.UNKNOWN):
        words = f"Unknown type: {node.sql(TRINO).lower()}"
        return AthenaRefusal("TYPE_NOT_FOUND", words, Refusal(words, NOT_CERTIFIED))
    if isinstance(node, exp.DataType) and node.this in _OTHER_TYPES:
        return _not_here(f"the type {node.sql(TRINO).lower()}", "VARCHAR")
    if isinstance(node, exp.Star) and any(node.args.get(part) for part in ("except_", "replace", "rename")):
        return _unsupported("* without some of the columns, or with others")
    return None


def _refused_sequence(node: exp.GenerateSeries) -> AthenaRefusal | None:
    start, end = number(node.args["start"]), number(node.args["end"])
    step = number(node.args["step"]) if node.args.get("step") else 1
    if start is None or end is None or not step or abs(end - start) // abs(step) < _MAX_ENTRIES:
        return None
    words = f"result of sequence function must not have more than {_MAX_ENTRIES} entries"
    return AthenaRefusal("INVALID_FUNCTION_ARGUMENT", words, Refusal(words, NOT_CERTIFIED))


def _refused_name(node: exp.Expr, name: str) -> AthenaRefusal | None:
    called, is_method = _called(node, name), isinstance(node.parent, exp.Dot)
    if called in NAMES and not is_method:
        return None
    if called in TRINO_NAMES and not is_method:
        return _not_here(called, instead_of(called))
    words, meant = f"Function '{called}' not registered", _meant(node, called)
    hint = f"Did you mean {meant}?" if meant else ""
    return AthenaRefusal("FUNCTION_NOT_FOUND", words, Refusal(words, meant or NOT_CERTIFIED), hint)


def _refused_syntax(node: exp.Expr) -> AthenaRefusal | None:
    """Refuses what another dialect calls a function that has syntax of its own, such as `instr` for `strpos`."""
    name = str(node.meta_get(_NAME_AS_WRITTEN, "")).lower()
    is_other = name.isidentifier() and name not in _WORDS
    return _refused_name(node, name) if is_other else None


def _meant(node: exp.Expr, called: str) -> str:
    """Athena's name for another dialect's function; else a name like this one, or ""."""
    translated = _head(node)
    return translated if translated in NAMES else next(iter(get_close_matches(called, NAMES, 1)), "")


def _called(node: exp.Expr, name: str) -> str:
    """The name for a message; where the parser made the node itself, the name that Trino's SQL has for it."""
    if isinstance(node, exp.Func) and name == node.key and _NAME_AS_WRITTEN not in node.meta:
        name = _head(node) or node.sql_name()
    return name.lower()


def _head(node: exp.Expr) -> str:
    """The name that Trino's SQL for the node begins with; "" if it begins otherwise."""
    head = _HEAD.match(node.sql(TRINO))
    return head[0].lower() if head else ""


def _written(node: exp.Expr) -> str:
    """The function's name as the text has it; the node's key where the parser made the node itself."""
    return str(node.meta_get(_NAME_AS_WRITTEN, node.key))


def _refused_table(node: exp.Table) -> AthenaRefusal | None:
    """A table must be a name: no function, string or method, and followed by an alias and a sample at most."""
    if not isinstance(node.this, exp.Identifier):
        words = "Table functions are not supported"
        return AthenaRefusal("NOT_SUPPORTED", words, Refusal("a table function", NOT_CERTIFIED))
    extra = set(node.args) - {"this", "db", "catalog", "alias", "sample", "joins", "laterals"}
    return _unsupported(_shown(node)) if any(node.args[part] for part in extra) else None


def _unsupported(what: str) -> AthenaRefusal:
    return AthenaRefusal("NOT_SUPPORTED", f"{what} is not supported", Refusal(what, NOT_CERTIFIED))


def _not_here(what: str, instead: str) -> AthenaRefusal:
    return AthenaRefusal(
        "NOT_SUPPORTED", f"{what} is not supported here; use instead: {instead}", Refusal(what, instead)
    )


def _shown(node: exp.Expr) -> str:
    """The name of a part of the grammar, in words."""
    return _BETWEEN_WORDS.sub(" ", type(node).__name__).upper()
