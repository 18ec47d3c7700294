"""`typeof`: the type of a value by Athena's name.

A text's length and a time's digits are part of the name; DuckDB's types have neither. They are known of literals, of
casts and of columns of tables. Of another text or time the name is refused.
"""

from __future__ import annotations

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.translation.parts import call

MACROS = {
    "athena_type_words(t)": (
        "regexp_replace(replace(replace(replace(replace(replace(lower(t), 'hugeint', 'bigint'), 'float', 'real'),"
        " 'blob', 'varbinary'), '\"null\"', 'unknown'), 'struct(', 'row('), '\\bfield[0-9]+ ', '', 'g')"
    ),
    "athena_array_words(t)": r"regexp_replace(t, '((?:[a-z_]+)(?:\([^()]*\))?)\[\]', 'array(\1)', 'g')",
    "athena_type_name(t)": (
        "athena_array_words(athena_array_words(athena_array_words(regexp_replace(regexp_replace(athena_type_words(t),"
        " '\\btimestamp\\b', 'timestamp(3)', 'g'), '\\btime\\b( [^w]|$)', 'time(3)\\1', 'g'))))"
    ),
    "athena_typeof(x)": (
        "CASE WHEN regexp_matches(typeof(x), 'VARCHAR|TIME|INTERVAL')"
        " THEN error('typeof of this value is not supported here; use instead: typeof(CAST(x AS VARCHAR))')"
        " ELSE athena_type_name(typeof(x)) END"
    ),
    "athena_typeof_column(x)": "athena_type_name(typeof(x))",
}


def write_type_names(query: exp.Query) -> None:
    """Replaces each `typeof` of the tree in place, before other rewrites hide what its value is."""
    for node in list(query.find_all(exp.Typeof)):
        value = node.this
        name = _name(value)
        if name:
            node.replace(exp.Literal.string(name))
        elif isinstance(value, exp.Expr):
            of_column = isinstance(value, exp.Column) and _is_of_tables(value)
            node.replace(call("athena_typeof_column" if of_column else "athena_typeof", value.copy()))


def _name(value: object) -> str:
    """As far as it is written; "" otherwise."""
    match value:
        case exp.Literal(is_string=True):
            return f"varchar({len(value.name)})"
        case exp.DPipe() | exp.Concat() if not any(one.type and one.type.is_type("array") for one in value.walk()):
            return "varchar"
        case exp.Cast() if value.to.this in (exp.DType.VARCHAR, exp.DType.CHAR):
            length = value.to.find(exp.DataTypeParam)
            kind = value.to.this.value.lower()
            return f"{kind}({length.name})" if length is not None else "varchar"
        case exp.Cast() if value.to.this is exp.DType.TIMESTAMP and "safe" not in value.args:
            return f"timestamp({len(value.this.name.partition('.')[2])})"
        case exp.Cast() if value.to.this is exp.DType.TIMESTAMP and not value.to.expressions:
            return "timestamp(3)"
        case exp.Interval():
            unit = value.text("unit").upper().rstrip("S")
            return f"interval {'year to month' if unit in ('YEAR', 'MONTH') else 'day to second'}"
    return ""


def _is_of_tables(column: exp.Column) -> bool:
    """Whether the SELECT around the column reads tables only: what a subquery gives may be a literal."""
    select = column.parent_select
    if not isinstance(select, exp.Select) or not select.args.get("from_"):
        return False
    sources = [select.args["from_"].this, *(join.this for join in select.args.get("joins") or ())]
    return all(isinstance(source, exp.Table) and isinstance(source.this, exp.Var) for source in sources)
