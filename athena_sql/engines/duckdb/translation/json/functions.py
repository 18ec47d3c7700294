"""Rewrites of functions of JSON, and of casts to and from it."""

from __future__ import annotations

import re

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.translation.parts import unsupported
from millrace.athena_sql.portability import refusals
from millrace.athena_sql.portability.dialect import INTEGERS, TRINO
from millrace.athena_sql.statements.places import place_of
from millrace.errors import StatementFailed

_GIVEN_BY = frozenset({"TO_JSON", "athena_json", "athena_json_part", "athena_sorted_json", "athena_to_json"})
_TAKEN_BY = frozenset({"json_array_length", "json_size", "json_array_contains"})
_SCALARS = frozenset({"athena_scalar", "athena_cast_scalar", "athena_decimal_scalar"})
_NO_TYPES = frozenset({exp.DType.DATE, exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ, exp.DType.TIME})
_REFUSED = {
    "json_array": refusals.REFUSED_JSON_CONSTRUCTOR,
    "json_array_get": refusals.REFUSED_JSON_ARRAY_GET,
    "json_exists": refusals.REFUSED_JSON_QUERY,
    "json_object": refusals.REFUSED_JSON_CONSTRUCTOR,
    "json_query": refusals.REFUSED_JSON_QUERY,
    "json_table": refusals.REFUSED_JSON_QUERY,
    "json_value": refusals.REFUSED_JSON_QUERY,
}
_RENAMED = {"json_array_length": "athena_json_array_length"}
_NUMBER = re.compile(r"\+?\d+")  # a step that leads to an entry of a list, too


def gives_json(node: exp.Expr) -> bool:
    """Whether JSON is known to be its type."""
    node = node.unnest()
    return isinstance(node, exp.JSONExtract | exp.ParseJSON) or (
        isinstance(node, exp.Anonymous) and str(node.this) in _GIVEN_BY
    )


def gives_scalar(node: exp.Expr) -> bool:
    """Whether it is a rewritten json_extract_scalar."""
    return isinstance(node, exp.Anonymous) and str(node.this) in _SCALARS


def json_extract_scalar(node: exp.Expr) -> exp.Expr:
    """NULL for an object or array, and for a text that is no JSON; a number as the text has it."""
    parent = node.parent
    name = "athena_scalar"
    if isinstance(parent, exp.Cast) and "safe" in parent.args and parent.to.this not in exp.DataType.TEXT_TYPES:
        name = "athena_decimal_scalar" if parent.to.this is exp.DType.DECIMAL else "athena_cast_scalar"
    return exp.Anonymous(this=name, expressions=[node.this.copy(), *_path(node, node.expression)])


def json_extract(node: exp.Expr) -> exp.Expr | None:
    """NULL for a text that is no JSON; as Athena writes JSON, where its text may be seen."""
    if isinstance(node, exp.JSONExtractScalar):
        return None
    if node.args.get("json_query"):
        raise _refused(node, "json_query", refusals.REFUSED_JSON_QUERY.alternative)
    part = exp.Anonymous(this="athena_json_part", expressions=[node.this.copy(), *_path(node, node.expression)])
    return part if _is_only_read(node) else exp.Anonymous(this="athena_json", expressions=[part])


def json_parse(node: exp.Expr) -> exp.Expr | None:
    """The names of objects are sorted, where they may be seen."""
    if _is_only_read(node):
        return None
    return exp.Anonymous(this="athena_sorted_json", expressions=[node.copy()])


def json_format(node: exp.Expr) -> exp.Expr | None:
    return exp.cast(node.this.copy(), exp.DType.VARCHAR) if isinstance(node.this, exp.Expr) else None


def json_by_name(node: exp.Expr) -> exp.Expr | None:
    """Functions that have another name here, and those that are refused."""
    name = str(node.this).lower() if isinstance(node, exp.Anonymous) else ""
    if name in _REFUSED:
        raise _refused(node, name, _REFUSED[name].alternative)
    if name == "json_array_length" and len(node.expressions) == 1 and _is_part(node.expressions[0]):
        return exp.Anonymous(
            this="athena_length_of_part", expressions=[one.copy() for one in node.expressions[0].expressions]
        )
    if name == "json_size" and len(node.expressions) == 2:
        value, path = node.expressions
        return exp.Anonymous(this="athena_json_size", expressions=[value.copy(), *_path(node, _read(path))])
    new = _RENAMED.get(name)
    return exp.Anonymous(this=new, expressions=[one.copy() for one in node.expressions]) if new else None


def _is_part(node: exp.Expr) -> bool:
    """Whether it is a rewritten json_extract, which is large where a document is: better not made by itself."""
    return isinstance(node, exp.Anonymous) and node.this == "athena_json_part"


def json_constructor(node: exp.Expr) -> None:
    raise _refused(node, "json_object", refusals.REFUSED_JSON_CONSTRUCTOR.alternative)


def json_value(node: exp.Expr) -> None:
    raise _refused(node, "json_value", refusals.REFUSED_JSON_QUERY.alternative)


def json_cast(node: exp.Expr) -> exp.Expr | None:
    """Numbers with a point are rounded as whole numbers, and texts as a DOUBLE is; a time is refused, as in Athena."""
    to, value = node.args["to"], node.this
    if "safe" not in node.args or not gives_json(value):
        return None
    if wrong := next((one for one in (to, *_values(to)) if one.this in _NO_TYPES), None):
        raise StatementFailed("TYPE_MISMATCH", f"{place_of(node)}: Cannot cast json to {wrong.this.value.lower()}")
    if to.this in INTEGERS:
        changed = node.copy()
        changed.set("this", exp.Anonymous(this="athena_json_number", expressions=[value.copy()]))
        return changed
    if to.this is exp.DType.ARRAY:
        return _array_cast(node, to.expressions[0])
    is_exact = to.args.get("nested") and any(
        one.this in INTEGERS or one.this in exp.DataType.TEXT_TYPES for one in _values(to)
    )
    if not is_exact:
        return None
    changed = node.copy()
    changed.set("this", exp.Anonymous(this="athena_no_fractions", expressions=[value.copy()]))
    return changed


def _array_cast(node: exp.Expr, kind: exp.DataType) -> exp.Expr | None:
    if isinstance(node, exp.TryCast) and kind.this is not exp.DType.JSON:
        raise unsupported(node, refusals.REFUSED_JSON_TRY_CAST.said)
    if kind.this is exp.DType.JSON and (isinstance(node.this.unnest(), exp.ParseJSON) or _is_shown(node)):
        changed = node.copy()
        changed.set("this", exp.Anonymous(this="athena_sorted_json", expressions=[node.this.copy()]))
        return changed
    entries = exp.cast(node.this.copy(), "JSON[]", dialect="duckdb")
    if kind.this is exp.DType.VARCHAR and not kind.expressions:
        return exp.Anonymous(this="athena_json_texts", expressions=[entries])
    if kind.this in INTEGERS:
        numbers = exp.Anonymous(this="athena_json_numbers", expressions=[entries])
        return exp.cast(numbers, exp.DataType.build(f"{kind.this.value}[]", dialect="duckdb"))
    if any(one.this in INTEGERS or one.this in exp.DataType.TEXT_TYPES for one in _values(kind)):
        changed = node.copy()
        changed.set("this", exp.Anonymous(this="athena_no_fractions", expressions=[node.this.copy()]))
        return changed
    return None


def _is_shown(node: exp.Expr) -> bool:
    """Whether it is a column of the result."""
    around = node.parent.parent if isinstance(node.parent, exp.Alias) else node.parent
    return isinstance(around, exp.Select) and around.parent is None


def _values(type_: exp.DataType) -> list[exp.DataType]:
    """The types inside a type, without a map's keys."""
    inner = [one for one in type_.expressions if isinstance(one, exp.DataType | exp.ColumnDef)]
    parts = inner[1:] if type_.this is exp.DType.MAP else inner
    kinds = [one.args["kind"] if isinstance(one, exp.ColumnDef) else one for one in parts]
    return [found for kind in kinds for found in (kind, *_values(kind))]


def to_json(node: exp.Expr) -> exp.Expr | None:
    """CAST(x AS JSON): a text is not parsed."""
    if node.args["to"].this is not exp.DType.JSON or "safe" not in node.args:
        return None
    return exp.Anonymous(this="athena_to_json", expressions=[node.this.copy()])


def _is_only_read(node: exp.Expr) -> bool:
    """Whether what is around a JSON value takes values out of it, so that its own text is not seen."""
    around = node.parent
    while isinstance(around, exp.Paren):
        around = around.parent
    match around:
        case exp.Cast():
            return "safe" in around.args and (around.to.this is not exp.DType.JSON)
        case exp.JSONExtract() | exp.Is():
            return True
        case exp.JSONArrayContains():
            return True
        case exp.Anonymous():
            return str(around.this).lower() in _TAKEN_BY
    return False


def _read(path: exp.Expr) -> exp.Expr:
    """A path of a function that the parser knows nothing of."""
    return TRINO.to_json_path(path) or path


def _path(node: exp.Expr, path: exp.Expr) -> tuple[exp.Expr, exp.Expr]:
    """The path as DuckDB reads it, and those that must lead nowhere, or Athena would give another value.

    Raises StatementFailed for a path that Athena refuses.
    """
    path = _read(path)  # a parameter's is a text still
    if path.is_string:
        raise StatementFailed("INVALID_FUNCTION_ARGUMENT", f"{place_of(node)}: Invalid JSON path: '{path.name}'")
    if not isinstance(path, exp.JSONPath):
        return exp.Anonymous(this="athena_path", expressions=[path.copy()]), exp.Array()
    steps = list(path.expressions)[1:]
    if any(step.this == "" for step in steps):
        raise unsupported(node, "a JSON path with an empty name is not supported; use instead: CAST to a MAP")
    written = [_step(step) for step in steps]
    others = [
        "$" + "".join(written[:at]) + other for at, step in enumerate(steps) if (other := _other(step)) is not None
    ]
    return exp.Literal.string("$" + "".join(written)), exp.Array(expressions=[*map(exp.Literal.string, others)])


def _step(step: exp.Expr) -> str:
    return f"[{step.this}]" if isinstance(step, exp.JSONPathSubscript) else _name(step.this)


def _other(step: exp.Expr) -> str | None:
    """The field for the entry of a list, and the reverse: Athena takes the one that there is."""
    if isinstance(step, exp.JSONPathSubscript):
        return _name(str(step.this))
    return f"[{int(step.this)}]" if _NUMBER.fullmatch(step.this) else None


def _name(name: str) -> str:
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'."{quoted}"'


def _refused(node: exp.Expr, name: str, alternative: str) -> StatementFailed:
    return unsupported(node, f"{name} is not supported; use instead: {alternative}")
