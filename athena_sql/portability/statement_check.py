"""The portability check of one statement: it may hold no refused construct, and certified uses only.

Tests apply it to every statement that Millrace ships; a user's SQL is not checked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, dropwhile
from typing import Any

from sqlglot import exp

from millrace.athena_sql.language.checks import refused_meanings
from millrace.athena_sql.language.fence import refused_nodes
from millrace.athena_sql.language.refused import AthenaRefusal
from millrace.athena_sql.language.typed_trees import annotate, column_types
from millrace.athena_sql.portability import refusals
from millrace.athena_sql.portability.certified_uses import not_certified, uses
from millrace.athena_sql.portability.dialect import ATHENA, FRACTIONS, INTEGERS
from millrace.athena_sql.portability.refusals import REFUSED, Refusal
from millrace.athena_sql.ports import Statement
from millrace.athena_sql.statements.parameters import IS_PARAMETER
from millrace.athena_sql.statements.parsing import parse_query
from millrace.athena_sql.statements.places import position
from millrace.athena_sql.tables import RAW_COLUMNS, DeclaredTables

# From an annotated tree: its nodes that are not certified.
UseCheck = Callable[[exp.Query], Iterator[tuple[exp.Expr, Refusal]]]

_ROUNDING = (exp.Floor, exp.Ceil, exp.Round)
_DOUBLE = frozenset({exp.DType.DOUBLE})
_DATE = frozenset({exp.DType.DATE})
_DECIMAL = frozenset({exp.DType.DECIMAL})
_TEXT_DIFFERS = frozenset({exp.DType.DOUBLE, exp.DType.FLOAT, exp.DType.TIMESTAMP})  # engines write these differently
_TIMES = frozenset({exp.DType.DATE, exp.DType.TIMESTAMP})
_NESTED = frozenset({exp.DType.ARRAY, exp.DType.STRUCT})
_SPECIFIERS = re.compile(r"%(-[mdHI]|[YymbBdjaAHIMSfp])")  # as strftime has them
_NO_TEXT = re.compile(r"[^\W\d_]|[%'\[\]{}#]")  # in a format of times
_NUMBER = re.compile(r"\+?\d+")
_ANY_CASE = re.compile(r"\(\?[a-z]*i")  # also (?i:x)
_CHARACTERS = 256  # that Spark's chr knows
_DIGITS = 3  # of a second in a TIMESTAMP of Athena's
_ZONED = frozenset({exp.DType.TIMESTAMPTZ, exp.DType.TIMESTAMPLTZ, exp.DType.TIMETZ})


@dataclass(frozen=True, slots=True)
class PortabilityProblem:
    """A construct that the statement must not use; `line` and `column` count from 1."""

    statement: str
    line: int
    column: int
    construct: str
    alternative: str

    def __str__(self) -> str:
        place = f"{self.statement}, line {self.line}, column {self.column}"
        return f"{place}: {self.construct}; use instead: {self.alternative}"


def uses_not_certified(tree: exp.Query) -> Iterator[tuple[exp.Expr, Refusal]]:
    """Of an annotated tree, by the types of what constructs are given."""
    for node, use in uses(tree):
        if found := not_certified(use):
            construct, instead = found
            yield node, Refusal(construct, instead or refusals.NOT_CERTIFIED)


def portability_problems(
    statement: Statement, tables: DeclaredTables, uncertified: UseCheck = uses_not_certified
) -> list[PortabilityProblem]:
    """The problems of this statement over these tables, in the order of its text.

    Raises QueryError when it cannot be parsed.

    Uncertified uses are reported only if no construct is refused: most refused constructs are uncertified too.
    The fence comes last: it knows the names that a text has, where the tree has a certified function for another's.
    """
    tree, types_of = parse_query(statement), _types_of(tables)
    annotate(tree, types_of)
    refused = chain(differing(tree), _as_refusals(refused_meanings(list(tree.walk()), types_of)))
    found = list(refused) or list(uncertified(tree)) or list(_as_refusals(_fenced(tree)))
    problems = {
        PortabilityProblem(statement.name, *position(node), refusal.construct, refusal.alternative)
        for node, refusal in found
    }
    return sorted(problems, key=lambda problem: (problem.line, problem.column, problem.construct))


def differing(tree: exp.Query) -> Iterator[tuple[exp.Expr, Refusal]]:
    """The nodes of an annotated tree that engines read differently."""
    return chain(_refused_anywhere(tree), _refused_by_type(tree), _refused_unnests(tree), _json_objects(tree))


def _as_refusals(found: Iterable[tuple[exp.Expr, AthenaRefusal]]) -> Iterator[tuple[exp.Expr, Refusal]]:
    return ((node, refused.refusal) for node, refused in found)


def _fenced(tree: exp.Query) -> Iterator[tuple[exp.Expr, AthenaRefusal]]:
    """Parameters are no part of a statement when it runs."""
    return ((node, refused) for node, refused in refused_nodes(tree.walk()) if not isinstance(node, exp.Placeholder))


def _refused_anywhere(tree: exp.Query) -> Iterator[tuple[exp.Expr, Refusal]]:
    for node in tree.walk():
        name = str(node.this).upper() if isinstance(node, exp.Anonymous) else ""
        for refusal in REFUSED:
            if isinstance(node, refusal.nodes) or name in refusal.functions:
                yield node, refusal


def _refused_by_type(tree: exp.Query) -> Iterator[tuple[exp.Expr, Refusal]]:
    for node in tree.walk():
        for kind, is_refused, refusal in _BY_TYPE:
            if isinstance(node, kind) and is_refused(node):
                yield node, refusal


def _refused_unnests(query: exp.Query) -> Iterator[tuple[exp.Expr, Refusal]]:
    for unnest in query.find_all(exp.Unnest):
        join = unnest.parent
        if len(unnest.expressions) > 1:
            yield unnest, refusals.REFUSED_MANY_UNNEST
        if unnest.args.get("offset"):
            yield unnest, refusals.REFUSED_ORDINALITY
        if isinstance(join, exp.Join) and join.side:
            yield unnest, refusals.REFUSED_OUTER_UNNEST
    for select in query.find_all(exp.Select):
        joins = [join for join in select.args.get("joins") or [] if isinstance(join, exp.Join)]
        from_unnest = dropwhile(lambda join: not isinstance(join.this, exp.Unnest), joins)
        later = [join for join in from_unnest if join.args.get("on") and not isinstance(join.this, exp.Unnest)]
        yield from ((join, refusals.REFUSED_JOIN_AFTER_UNNEST) for join in later)


def _json_objects(tree: exp.Query) -> Iterator[tuple[exp.Expr, Refusal]]:
    """Scalars taken of a JSON object. A path is known to lead to an object when it is the root, or when the statement
    also takes something below that path."""
    extracts = list(tree.find_all(exp.JSONExtract, exp.JSONExtractScalar))
    paths = [(extract.this.sql(ATHENA), extract.expression.sql(ATHENA).strip("'")) for extract in extracts]
    for extract, (column, path) in zip(extracts, paths, strict=True):
        has_path_below = any(other == column and longer.startswith((f"{path}.", f"{path}[")) for other, longer in paths)
        if isinstance(extract, exp.JSONExtractScalar) and (path == "$" or has_path_below):
            yield extract, refusals.REFUSED_JSON_SCALAR


def _is_exact_division(node: exp.Div) -> bool:
    sides = (node.this, node.expression)
    return not (any(_is(side, _DOUBLE) for side in sides) or all(_is(side, INTEGERS) for side in sides))


def _is_date_with_interval(node: exp.Binary) -> bool:
    sides = (node.this, node.expression)
    return any(_is(side, _DATE) for side in sides) and any(side.find(exp.Interval) for side in sides)


def _cast_drops_fraction(node: exp.Cast) -> bool:
    return node.to.this in INTEGERS and _is(node.this, FRACTIONS) and not _is_whole(node.this)


def _is_whole(node: exp.Expr) -> bool:
    """Whether a DOUBLE or DECIMAL is known to be whole: rounded, or a sum, difference or product of whole numbers."""
    if isinstance(node, exp.Add | exp.Sub | exp.Mul):
        return _is_whole(node.this) and _is_whole(node.expression)
    if isinstance(node, exp.Paren | exp.Neg):
        return _is_whole(node.this)
    return isinstance(node, _ROUNDING) or _is(node, INTEGERS)


def _is_part_of_json_from_end(node: exp.Expr) -> bool:
    return bool(node.expression.is_string) and "[-" in node.expression.name


def _is_no_path(node: exp.Expr) -> bool:
    return bool(node.expression.is_string) and not _is_part_of_json_from_end(node)


def _has_number_as_name(node: exp.Expr) -> bool:
    return any(_NUMBER.fullmatch(str(key.this)) for key in node.expression.find_all(exp.JSONPathKey))


def _is_cast_of_json(node: exp.Cast) -> bool:
    """To a text or a time: of a text in JSON, engines take other forms."""
    return isinstance(node.this.unnest(), exp.JSONExtract) and (
        not isinstance(node.this.unnest(), exp.JSONExtractScalar) and (_is_text(node.to) or node.to.this in _TIMES)
    )


def _is_array_of_doubles_as_texts(node: exp.Cast) -> bool:
    of, to = node.this.type, node.to
    if of is None or of.this is not exp.DType.ARRAY or to.this is not exp.DType.ARRAY:
        return False
    entries, texts = of.expressions[0], to.expressions[0]
    return isinstance(entries, exp.DataType) and entries.this in _TEXT_DIFFERS and _is_text(texts)


def _is_row_or_array(node: exp.Expr) -> bool:
    return isinstance(node.unnest(), exp.Tuple | exp.Struct | exp.Array) or _is(node, _NESTED)


def _has_other_specifiers(node: exp.TimeToStr) -> bool:
    """Also letters and signs that would be no text to another engine."""
    given = node.args["format"]
    return bool(given.is_string) and (not given.name or _NO_TEXT.search(_SPECIFIERS.sub("", given.name)) is not None)


def _is_value(node: exp.Interval) -> bool:
    """Whether an interval is not added to or taken from something, perhaps after it was multiplied."""
    around: exp.Expr = node
    while isinstance(around.parent, exp.Mul | exp.Paren | exp.Neg):
        around = around.parent
    return not isinstance(around.parent, exp.Add | exp.Sub)


def _has_other_digits(node: exp.Cast) -> bool:
    if node.to.this is not exp.DType.TIMESTAMP:
        return False
    if "safe" in node.args:
        return any(one.name != str(_DIGITS) for one in node.to.expressions)
    return len(node.this.name.partition(".")[2]) > _DIGITS and IS_PARAMETER not in node.meta


def _is_literal_with_t(node: exp.Cast) -> bool:
    return node.to.this is exp.DType.TIMESTAMP and "safe" not in node.args and "T" in node.this.name


def _may_be_empty(text: exp.Expr) -> bool:
    return not isinstance(text, exp.Chr) and not (text.is_string and text.name)


def _may_descend(node: exp.GenerateSeries) -> bool:
    """True unless both ends are literals in ascending order."""
    ends = [node.args.get("start"), node.args.get("end")]
    numbers = [int(end.name) for end in ends if isinstance(end, exp.Literal) and end.name.isdigit()]
    return len(numbers) < len(ends) or numbers[0] > numbers[1]


def _is_other_character(node: exp.Chr) -> bool:
    number = node.expressions[0]
    return not (isinstance(number, exp.Literal) and number.is_int and int(number.name) < _CHARACTERS)


def _is_text(type_: exp.DataType) -> bool:
    return type_.this in exp.DataType.TEXT_TYPES


def _is(node: exp.Expr, types: frozenset[exp.DType]) -> bool:
    return node.type is not None and node.type.this in types


_TAKE_VALUES = (exp.Alias, exp.Array, exp.Distinct, exp.Func, exp.Lambda, exp.Select)

# Constructs that are refused depending on types: the class of the node, the condition, the refusal.
_BY_TYPE: tuple[tuple[type[exp.Expr], Callable[[Any], bool], Refusal], ...] = (
    (exp.Div, _is_exact_division, refusals.REFUSED_DIVISION),
    (exp.DataType, lambda node: node.this in _ZONED, refusals.REFUSED_ZONED),
    (exp.Bracket, lambda node: not node.args.get("safe"), refusals.REFUSED_SUBSCRIPT),
    (exp.Add, _is_date_with_interval, refusals.REFUSED_DATE_INTERVAL),
    (exp.Sub, _is_date_with_interval, refusals.REFUSED_DATE_INTERVAL),
    (exp.Cast, _cast_drops_fraction, refusals.REFUSED_INTEGER_CAST),
    (exp.Cast, lambda node: _is_text(node.to) and _is(node.this, _TEXT_DIFFERS), refusals.REFUSED_TEXT_CAST),
    (exp.Cast, _is_array_of_doubles_as_texts, refusals.REFUSED_TEXT_CAST),
    (exp.Round, lambda node: bool(node.args.get("decimals")) and _is(node.this, _DOUBLE), refusals.REFUSED_ROUND),
    (exp.Max, lambda node: bool(node.expressions), refusals.REFUSED_SEVERAL),
    (exp.Min, lambda node: bool(node.expressions), refusals.REFUSED_SEVERAL),
    (exp.ArgMax, lambda node: bool(node.args.get("count")), refusals.REFUSED_SEVERAL),
    (exp.ArgMin, lambda node: bool(node.args.get("count")), refusals.REFUSED_SEVERAL),
    (exp.Avg, lambda node: _is(node.this, _DECIMAL), refusals.REFUSED_MEAN),
    (exp.Floor, lambda node: _is(node.this, INTEGERS), refusals.REFUSED_WHOLE_FLOOR),
    (exp.Ceil, lambda node: _is(node.this, INTEGERS), refusals.REFUSED_WHOLE_FLOOR),
    (exp.TimestampTrunc, lambda node: _is(node.this, _DATE), refusals.REFUSED_DATE_TRUNC),
    (exp.DateTrunc, lambda _: True, refusals.REFUSED_DATE_TRUNC),
    (exp.Chr, _is_other_character, refusals.REFUSED_CHARACTER),
    (exp.GenerateSeries, _may_descend, refusals.REFUSED_SEQUENCE),
    (exp.Cast, lambda node: _is_text(node.to) and bool(node.to.expressions), refusals.REFUSED_VARCHAR_LENGTH),
    (exp.EQ, lambda node: _is_row_or_array(node.this), refusals.REFUSED_ROWS),
    (exp.NEQ, lambda node: _is_row_or_array(node.this), refusals.REFUSED_ROWS),
    (exp.In, lambda node: _is_row_or_array(node.this), refusals.REFUSED_ROWS),
    *(
        (kind, lambda node: _is_row_or_array(node.this), refusals.REFUSED_ROWS)
        for kind in (exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Between)
    ),
    (exp.ArrayContains, lambda node: _is_row_or_array(node.expression), refusals.REFUSED_ROWS),
    (exp.Tuple, lambda node: isinstance(node.parent, _TAKE_VALUES), refusals.REFUSED_ROW_VALUE),
    (
        exp.Sub,
        lambda node: _is(node.this, _TIMES) and _is(node.expression, _TIMES),
        refusals.REFUSED_TIME_DIFFERENCE,
    ),
    (exp.Split, lambda node: bool(node.args.get("limit")), refusals.REFUSED_SPLIT_LIMIT),
    (exp.Replace, lambda node: _may_be_empty(node.expression), refusals.REFUSED_EMPTY_SOUGHT),
    (exp.Split, lambda node: node.expression.is_string and not node.expression.name, refusals.REFUSED_SPLIT_LIMIT),
    (exp.Pad, lambda node: not isinstance(node.expression, exp.Literal), refusals.REFUSED_PADDING),
    (exp.Cast, _is_cast_of_json, refusals.REFUSED_JSON_CAST),
    (exp.JSONExtract, _is_no_path, refusals.REFUSED_JSON_PATH),
    (exp.JSONExtractScalar, _is_no_path, refusals.REFUSED_JSON_PATH),
    (exp.JSONExtract, _has_number_as_name, refusals.REFUSED_JSON_NUMBER),
    (exp.JSONExtractScalar, _has_number_as_name, refusals.REFUSED_JSON_NUMBER),
    (exp.Like, lambda node: "\\" in node.expression.name, refusals.REFUSED_LIKE_BACKSLASH),
    (exp.RegexpLike, lambda node: _ANY_CASE.search(node.text("expression")) is not None, refusals.REFUSED_ANY_CASE),
    (exp.RegexpReplace, lambda node: _ANY_CASE.search(node.text("expression")) is not None, refusals.REFUSED_ANY_CASE),
    (exp.RegexpReplace, lambda node: "${" in node.text("replacement"), refusals.REFUSED_GROUP_NAME),
    (exp.JSONExtract, _is_part_of_json_from_end, refusals.REFUSED_JSON_FROM_END),
    (exp.JSONExtractScalar, _is_part_of_json_from_end, refusals.REFUSED_JSON_FROM_END),
    (exp.TimeToStr, _has_other_specifiers, refusals.REFUSED_DATE_FORMAT),
    (exp.Interval, _is_value, refusals.REFUSED_INTERVAL),
    (exp.Cast, _has_other_digits, refusals.REFUSED_DIGITS),
    (exp.Cast, _is_literal_with_t, refusals.REFUSED_TIME_LITERAL),
)


def _types_of(tables: DeclaredTables) -> Callable[[exp.Table], Mapping[str, str]]:
    declared = {table.name: table.columns for table in tables}

    def types_of(node: exp.Table) -> Mapping[str, str]:
        columns = RAW_COLUMNS if node.db.lower() == "raw" else declared.get(f"{node.db}.{node.name}".lower(), ())
        return column_types(columns)

    return types_of
