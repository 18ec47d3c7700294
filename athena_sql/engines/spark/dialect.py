"""Spark's dialect for Athena's statements: corrections to what sqlglot's own Spark dialect writes, as data.

Each entry of `_TRANSFORMS` removes a difference in rows or types, which a certified case shows (`certified_cases.py`).
The tree must be typed (`typed_trees.py`): integer division and floor depend on types.
"""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from sqlglot import exp
from sqlglot.dialects.spark import Spark
from sqlglot.generators.spark import SparkGenerator

from millrace.athena_sql.portability.dialect import FRACTIONS, INTEGERS
from millrace.athena_sql.statements.numerals import is_not_zero

_DECIMALS = frozenset({exp.DType.DECIMAL})
_BIGINTS = frozenset({exp.DType.BIGINT})
_RANKS = (exp.RowNumber, exp.Rank, exp.DenseRank, exp.Ntile)


def _is(node: exp.Expr, types: frozenset[exp.DType]) -> bool:
    return node.type is not None and node.type.this in types


def _bigint(self: Any, node: exp.Expr) -> str:
    """BIGINT as in Athena: Spark gives INT, which would overflow where Athena does not."""
    return f"CAST({self.function_fallback_sql(node)} AS BIGINT)"


def _division(self: Any, node: exp.Div) -> str:
    """Integers divide to an integer, rounded towards zero. Spark's DIV is always a BIGINT.

    A DOUBLE divided by zero is infinite or NaN, where Spark fails.
    """
    sides = (node.this, node.expression)
    if not all(_is(side, INTEGERS) for side in sides):
        text = str(self.binary(node, "/"))
        if not _is(node, FRACTIONS - _DECIMALS) or is_not_zero(node.expression):
            return text
        dividend, divisor = (self.sql(side) for side in sides)
        return (
            f"CASE WHEN {divisor} = 0 THEN {dividend} * CAST(IF(CAST({divisor} AS STRING) LIKE '-%', '-Infinity',"
            f" 'Infinity') AS {self.sql(node.type)}) ELSE {text} END"
        )
    text = str(self.binary(node, "DIV"))
    return text if any(_is(side, _BIGINTS) for side in sides) else f"CAST({text} AS INT)"


def _rounded(self: Any, node: exp.Floor | exp.Ceil) -> str:
    """DOUBLE for a DOUBLE, as in Athena: Spark's floor and ceil give a BIGINT."""
    name = "FLOOR" if isinstance(node, exp.Floor) else "CEIL"
    text = f"{name}({self.sql(node, 'this')})"
    parent = node.parent
    cast_to_integer = isinstance(parent, exp.Cast) and parent.to.this in INTEGERS
    return f"CAST({text} AS DOUBLE)" if _is(node.this, FRACTIONS - _DECIMALS) and not cast_to_integer else text


def _rounded_to_digits(self: Any, node: exp.Round) -> str:
    """A DECIMAL keeps its scale."""
    text = SparkGenerator.TRANSFORMS.get(exp.Round, SparkGenerator.function_fallback_sql)(self, node)
    return f"CAST({text} AS {self.sql(node.type)})" if _is(node, _DECIMALS) else str(text)


def _neighbour(self: Any, node: exp.Lag | exp.Lead) -> str:
    """Of the type that the value and the default have in common."""
    if node.args.get("default") is not None and node.type is not None and node.type != node.this.type:
        node.set("this", exp.cast(node.this.copy(), node.type))
    return str(self.function_fallback_sql(node))


def _extreme(self: Any, node: exp.Greatest | exp.Least) -> str:
    """NULL if any argument is NULL: Spark skips NULLs."""
    name = "GREATEST" if isinstance(node, exp.Greatest) else "LEAST"
    arguments = [node.this, *node.expressions]
    texts = [self.sql(argument) for argument in arguments]
    nullable = [text for text, arg in zip(texts, arguments, strict=True) if not isinstance(arg, exp.Literal)]
    call = f"{name}({', '.join(texts)})"
    return f"IF({' OR '.join(f'{text} IS NULL' for text in nullable)}, NULL, {call})" if nullable else call


def _array_sort(self: Any, node: exp.ArraySort) -> str:
    """NULLs last. Where there is none, sort_array gives the same, and faster: it calls no comparator for each pair."""
    array = self.sql(node, "this")
    nulls_first = f"SORT_ARRAY({array})"
    return f"IF(GET({nulls_first}, 0) IS NULL, ARRAY_SORT({array}), {nulls_first})"


def _window(self: Any, node: exp.Window) -> str:
    text = SparkGenerator.window_sql(self, node)
    return f"CAST({text} AS BIGINT)" if isinstance(node.this, _RANKS) else str(text)


def _epoch(self: Any, node: exp.TimeToUnix) -> str:
    """A DOUBLE with its fraction: Spark's unix_timestamp drops it."""
    return f"CAST(UNIX_MICROS(CAST({self.sql(node, 'this')} AS TIMESTAMP_LTZ)) AS DOUBLE) / 1000000"


def _truncated(self: Any, node: exp.TimestampTrunc) -> str:
    """TIMESTAMP without a zone: Spark's date_trunc gives one with a zone."""
    return f"CAST(DATE_TRUNC('{node.text('unit').upper()}', {self.sql(node, 'this')}) AS TIMESTAMP_NTZ)"


def _condition(self: Any, node: exp.If) -> str:
    """CASE, because Spark's IF needs a value for the false condition."""
    other = node.args.get("false")
    otherwise = f" ELSE {self.sql(other)}" if other is not None else ""
    return f"CASE WHEN {self.sql(node, 'this')} THEN {self.sql(node, 'true')}{otherwise} END"


_MILLISECONDS = 3  # digits of a second in Athena's TIMESTAMP


def _cast(self: Any, node: exp.Cast) -> str:
    """JSON that does not have the type is an error, as in Athena; Spark's from_json gives NULL by default.

    A text is cast only if Athena reads it: Spark takes 'yes' for TRUE, and a time for a DATE.
    """
    if isinstance(node.this, exp.JSONExtract) and node.to.args.get("nested"):
        return f"FROM_JSON({self.sql(node, 'this')}, '{self.sql(node, 'to')}', MAP('mode', 'FAILFAST'))"
    cast = self.trycast_sql(node) if isinstance(node, exp.TryCast) else self.cast_sql(node)
    is_time = node.to.this is exp.DType.TIMESTAMP and "safe" in node.args  # and no literal, which keeps its digits
    if is_time and _is(node.this, _TEXTS) and not _has_few_digits(node.this):
        cast = f"CAST(DATE_TRUNC('MILLISECOND', {cast} + INTERVAL '0.0005' SECOND) AS {self.sql(node, 'to')})"
    form = _TEXT_FORMS.get(node.to.this) if _is(node.this, _TEXTS) and "safe" in node.args else None
    if not form or isinstance(node.this, exp.Literal):
        return str(cast)
    text = self.sql(node, "this")
    if node.to.this is exp.DType.DOUBLE and not isinstance(node.this, exp.JSONExtractScalar):
        cast = (
            f"IF({text} RLIKE '{_HEXADECIMAL}', RAISE_ERROR('A hexadecimal text as a DOUBLE is not supported'), {cast})"
        )
        form = f"({form}|{_HEXADECIMAL})"
    failed = "NULL" if isinstance(node, exp.TryCast) else f"RAISE_ERROR(CONCAT('Cannot cast \\'', {text}, '\\''))"
    return f"CASE WHEN {text} IS NULL OR {text} RLIKE '^{form}$' THEN {cast} ELSE {failed} END"


def _has_few_digits(text: exp.Expr) -> bool:
    """Whether it is a literal without digits that a TIMESTAMP, which has milliseconds, rounds away."""
    return isinstance(text, exp.Literal) and len(text.name.partition(".")[2]) <= _MILLISECONDS


def _substring(self: Any, node: exp.Substring) -> str:
    """From zero, or from before the beginning: an empty text."""
    text = self.function_fallback_sql(node)
    start = node.args.get("start")
    if start is None or (isinstance(start, exp.Literal) and start.is_int and start.name != "0"):
        return str(text)
    value, place = self.sql(node, "this"), self.sql(start)
    return f"CASE WHEN {place} = 0 OR {place} < -CHAR_LENGTH({value}) THEN LEFT({value}, 0) ELSE {text} END"


def _upper(self: Any, node: exp.Upper) -> str:
    """Character by character, as Athena: Spark makes two of some, SS of a sharp s."""
    text = self.sql(node, "this")
    each = (
        "IF(LENGTH(UPPER(c)) = 1, UPPER(c), IF(c = 'ß', c, RAISE_ERROR(CONCAT('upper of ', c, ' is not supported'))))"
    )
    written_out = f"ARRAY_JOIN(TRANSFORM(SPLIT({text}, ''), c -> {each}), '')"
    return f"IF(LENGTH(UPPER({text})) = LENGTH({text}), UPPER({text}), {written_out})"


def _lower(self: Any, node: exp.Lower) -> str:
    """Character by character, as Athena: Spark minds the end of a word, and keeps the dot of an I."""
    return f"LOWER(REPLACE(REPLACE({self.sql(node, 'this')}, 'Σ', 'σ'), 'İ', 'i'))"


def _json_extract(self: Any, node: exp.JSONExtract) -> str:
    part = SparkGenerator.TRANSFORMS[exp.JSONExtract](self, node)
    return f"COALESCE({part}, {_missing(self, node)})"


def _json_scalar(self: Any, node: exp.JSONExtractScalar) -> str:
    """NULL for an object or a list, and a number as the text has it."""
    text = self.sql(node, "this")
    value = SparkGenerator.TRANSFORMS[exp.JSONExtractScalar](self, node)
    parent = node.parent
    if isinstance(parent, exp.Cast) and parent.to.this not in _TEXTS:
        return f"COALESCE({value}, {_missing(self, node)})"
    spelled = (
        f"ARRAY_DISTINCT(FILTER(REGEXP_EXTRACT_ALL({text}, '(-?[0-9]+[.eE][-+.eE0-9]*)', 1),"
        " n -> TRY_CAST(n AS DOUBLE) = CAST(v AS DOUBLE)))"
    )
    other = f"RAISE_ERROR(CONCAT('Numbers of one value that are written in several ways are not supported: ', {text}))"
    quoted = f"GET_JSON_OBJECT(CONCAT('[', {text}, ']'), '$[*]{_path(self, node)[2:]})"
    chosen = (
        f"CASE WHEN v IS NULL THEN {_missing(self, node)}"
        f" WHEN v IN ('0', '-0') THEN IF(CONTAINS({text}, '-0'), {other}, v)"
        f" WHEN v RLIKE '^-?[0-9]+([.][0-9]*)?([eE][-+]?[0-9]+)?$' AND v RLIKE '[.eE]'"
        f" THEN IF(SIZE({spelled}) = 1, GET({spelled}, 0), {other})"
        f" WHEN SUBSTRING(v, 1, 1) IN ('{{', '[') THEN IF({quoted} LIKE '\"%', v, NULL) ELSE v END"
    )
    return f"GET(TRANSFORM(ARRAY({value}), v -> {chosen}), 0)"


def _path(self: Any, node: exp.JSONExtractScalar) -> str:
    return str(self.sql(node, "expression"))


def _missing(self: Any, node: exp.JSONExtract | exp.JSONExtractScalar) -> str:
    """NULL; an error where Athena takes a field of an object by the number of a place."""
    text = self.sql(node, "this")
    fields = [f"GET_JSON_OBJECT({text}, {self.sql(path)}) IS NOT NULL" for path in _fields_of_places(node.expression)]
    failed = "RAISE_ERROR('A number in a JSON path that leads to a field is not supported')"
    return f"IF({' OR '.join(fields)}, {failed}, {_malformed(text)})" if fields else _malformed(text)


def _fields_of_places(path: exp.Expr) -> list[exp.JSONPath]:
    steps = list(path.expressions) if isinstance(path, exp.JSONPath) else []
    return [
        exp.JSONPath(expressions=[*(one.copy() for one in steps[:at]), exp.JSONPathKey(this=str(step.this))])
        for at, step in enumerate(steps)
        if isinstance(step, exp.JSONPathSubscript)
    ]


def _malformed(text: str) -> str:
    """NULL; an error for a text that begins as JSON and is none, which may have given its value to Athena before."""
    begins = f"SUBSTRING(REGEXP_REPLACE({text}, '^[^!-~]+', ''), 1, 1) IN ('{{', '[')"
    failed = f"RAISE_ERROR(CONCAT('Malformed JSON: ', {text}))"
    return f"IF({begins} AND JSON_ARRAY_LENGTH(CONCAT('[', {text}, ']')) IS NULL, {failed}, NULL)"


def _sequence(self: Any, node: exp.GenerateSeries) -> str:
    """Of BIGINTs, as in Athena, where its ends are INTEGERs."""
    ends = [node.args[name] for name in ("start", "end", "step") if node.args.get(name) is not None]
    if not all(_is(end, INTEGERS) for end in ends):
        return str(self.function_fallback_sql(node))
    return f"SEQUENCE({', '.join(f'CAST({self.sql(end)} AS BIGINT)' for end in ends)})"


def _entry(self: Any, node: exp.Bracket) -> str:
    """A place in an array may be a BIGINT; Spark takes an INT only."""
    if node.args.get("safe") and len(node.expressions) == 1 and _is(node.expressions[0], _BIGINTS):
        node.set("expressions", [exp.cast(node.expressions[0].copy(), exp.DType.INT)])
    return str(SparkGenerator.bracket_sql(self, node))


def _array_extreme(self: Any, node: exp.ArrayMax | exp.ArrayMin) -> str:
    """NULL if there is a NULL, which Spark skips; NaN only if there is nothing else: to Spark it is the largest."""
    array, text = self.sql(node, "this"), self.function_fallback_sql(node)
    if isinstance(node, exp.ArrayMax) and not _has_entries_of(node.this, _NEVER_NAN):
        text = f"COALESCE(ARRAY_MAX(FILTER({array}, x -> CAST(x AS STRING) <> 'NaN')), {text})"
    return f"IF(EXISTS({array}, x -> x IS NULL), NULL, {text})"


def _has_entries_of(array: exp.Expr, types: frozenset[exp.DType]) -> bool:
    entries = list(array.type.expressions) if array.type is not None and array.type.this is exp.DType.ARRAY else []
    return bool(entries) and entries[0].this in types


_TEXTS = frozenset(exp.DataType.TEXT_TYPES)
_NEVER_NAN = INTEGERS | _DECIMALS | _TEXTS | {exp.DType.DATE, exp.DType.TIMESTAMP, exp.DType.BOOLEAN}
# What Athena reads in a text, by the type that it is cast to; patterns without backslashes, which Spark would take.
_NUMBER_FORM = "[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?"
_HEXADECIMAL = " *[+-]?0[xX][0-9a-fA-F.]+[pP].*"
_TEXT_FORMS = MappingProxyType(
    {
        exp.DType.BOOLEAN: "([tT][rR][uU][eE]|[fF][aA][lL][sS][eE]|[tTfF01])",
        exp.DType.DATE: " *[+-]?[0-9]+-[0-9]{1,2}-[0-9]{1,2} *",
        exp.DType.TIMESTAMP: " *[+-]?[0-9]+-[0-9]{1,2}-[0-9]{1,2}( ([01]?[0-9]|2[0-3]):[0-9]{1,2}"
        "(:[0-9]{1,2}([.][0-9]+)?)?( ?[A-Za-z+-].*)?)? *",
        exp.DType.DOUBLE: f" *([+-]?(NaN|Infinity)|{_NUMBER_FORM}[dDfF]?) *",
        exp.DType.DECIMAL: _NUMBER_FORM,
    }
)

_TRANSFORMS: MappingProxyType[type[exp.Expr], Callable[[Any, Any], str]] = MappingProxyType(
    {
        exp.ArraySize: lambda self, node: f"CAST(SIZE({self.sql(node, 'this')}) AS BIGINT)",
        exp.ArraySort: _array_sort,
        exp.ArrayMax: _array_extreme,
        exp.ArrayMin: _array_extreme,
        exp.Bracket: _entry,
        exp.Cast: _cast,
        exp.Ceil: _rounded,
        exp.Day: _bigint,
        exp.DayOfMonth: _bigint,
        exp.DayOfWeekIso: lambda self, node: f"CAST(WEEKDAY({self.sql(node, 'this')}) + 1 AS BIGINT)",
        exp.Div: _division,
        exp.Floor: _rounded,
        exp.GenerateSeries: _sequence,
        exp.Greatest: _extreme,
        exp.Hour: _bigint,
        exp.If: _condition,
        exp.JSONExtract: _json_extract,
        exp.JSONExtractScalar: _json_scalar,
        exp.Lag: _neighbour,
        exp.Lead: _neighbour,
        exp.Least: _extreme,
        exp.Length: lambda self, node: f"CAST(LENGTH({self.sql(node, 'this')}) AS BIGINT)",
        exp.Lower: _lower,
        exp.Minute: _bigint,
        exp.Month: _bigint,
        exp.Quarter: _bigint,
        exp.Round: _rounded_to_digits,
        exp.Second: _bigint,
        exp.StrPosition: lambda self, node: f"CAST({SparkGenerator.TRANSFORMS[exp.StrPosition](self, node)} AS BIGINT)",
        exp.Substring: _substring,
        exp.TimeToUnix: _epoch,
        exp.TimestampTrunc: _truncated,
        exp.TryCast: _cast,
        exp.Upper: _upper,
        exp.Window: _window,
        exp.Year: _bigint,
    }
)


class AthenaOnSpark(Spark):
    """Spark's dialect, giving Athena's rows and types."""

    class Generator(SparkGenerator):
        TRANSFORMS = {**SparkGenerator.TRANSFORMS, **_TRANSFORMS}  # noqa: RUF012 - sqlglot's own way
        TYPE_MAPPING = {**SparkGenerator.TYPE_MAPPING, exp.DType.JSON: "STRING"}  # noqa: RUF012 - JSON is text there


SPARK = AthenaOnSpark()
