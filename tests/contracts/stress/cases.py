"""The stress cases: statements with Trino's answers, as values and as the text of their files.

A file begins with a line that says what it is about. A case is

    -- its title
    SELECT ...
    --: int, string                the column types on Trino, as Athena's DDL names them
    --= [1, "a"]                   a row on Trino; a line for each
    --! DIVISION_BY_ZERO           instead of types and rows: the error on Trino
    --x duckdb, spark              the doors that refuse what Trino answers
    --~ duckdb: [[1, "b"]]         what a door gives without an error that is not Trino's answer: rows, or types

DOUBLEs are equal to nine digits. A DECIMAL may have any precision. The type of a NULL alone is any type. JSON may be
text, as it is on Spark. `array`, `map` and `row` stand for any type of theirs: Athena's API says no more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from math import isclose
from pathlib import Path
from typing import Any

from millrace.athena_sql.ports import Result, Statement, Value

FOLDER = Path(__file__).parent

_NINE_DIGITS = 1e-9
_PRECISION = re.compile(r"decimal\(\d+,")
_ANY_TYPE = "unknown"
_JSON = re.compile(r"\bjson\b")
_BARE = {"array": "array<", "map": "map<", "row": "struct<"}


@dataclass(frozen=True, slots=True)
class StressAnswer:
    """Columns' types and rows as JSON values; or `error`, the code of the error."""

    types: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    error: str = ""

    def refused_by(self, found: StressAnswer) -> bool:
        """Whether an engine refuses what has this answer, which is right."""
        return bool(found.error) and not self.error

    def difference(self, found: StressAnswer) -> str:
        """What an engine gives that this answer, which is right, does not have: its rows, its types, or "".

        An error is no difference.
        """
        if found.error:
            return ""
        if self.error or not _equal(self.rows, found.rows):
            return _line(found.rows)
        same = len(self.types) == len(found.types) and all(map(_is_type, self.types, found.types))
        return "" if same else ", ".join(found.types)


@dataclass(frozen=True, slots=True)
class StressCase:
    """`file`: the name of its file, without the suffix. `others`: by door, what it gives instead. `refused`: the doors
    that refuse what Trino answers, in their alphabet."""

    file: str
    title: str
    sql: str
    answer: StressAnswer | None
    others: dict[str, str] = field(default_factory=dict)
    refused: tuple[str, ...] = ()

    @property
    def statement(self) -> Statement:
        return Statement(self.title, self.sql)

    def __str__(self) -> str:
        return f"{self.file}: {self.title}"


def answer_of(result: Result) -> StressAnswer:
    rows = tuple(tuple(map(_json_value, row)) for row in result.rows)
    return StressAnswer(tuple(column.type for column in result.columns), rows)


def stress_files() -> list[Path]:
    return sorted(FOLDER.glob("*.sql"))


def stress_cases() -> list[StressCase]:
    return [case for path in stress_files() for case in read_cases(path)[1]]


def read_cases(path: Path) -> tuple[str, list[StressCase]]:
    """The file's first line, and its cases."""
    head, *blocks = path.read_text("utf-8").strip().split("\n\n")
    return head, [_case(path.stem, block.splitlines()) for block in blocks]


def _case(file: str, lines: Sequence[str]) -> StressCase:
    sql = "\n".join(line for line in lines if not line.startswith("--"))
    types = next((_texts(line) for line in lines if line.startswith("--:")), None)
    error = next((line.removeprefix("--! ") for line in lines if line.startswith("--!")), "")
    rows = tuple(tuple(json.loads(line.removeprefix("--= "))) for line in lines if line.startswith("--="))
    answer = None if types is None and not error else StressAnswer(types or (), rows, error)
    others = (line.removeprefix("--~ ").partition(": ") for line in lines if line.startswith("--~"))
    refused = next((tuple(line.removeprefix("--x ").split(", ")) for line in lines if line.startswith("--x")), ())
    title = lines[0].removeprefix("-- ")
    return StressCase(file, title, sql, answer, {name: given for name, _, given in others}, refused)


def written(head: str, cases: Sequence[StressCase]) -> str:
    """The text of a file."""
    return "\n\n".join([head, *("\n".join(_lines(case)) for case in cases)]) + "\n"


def _lines(case: StressCase) -> Iterator[str]:
    yield f"-- {case.title}"
    yield case.sql
    if case.answer and case.answer.error:
        yield f"--! {case.answer.error}"
    elif case.answer:
        yield f"--: {', '.join(case.answer.types)}"
        yield from (f"--= {_line(row)}" for row in case.answer.rows)
    if case.refused:
        yield f"--x {', '.join(case.refused)}"
    yield from (f"--~ {name}: {given}" for name, given in case.others.items())


def _texts(line: str) -> tuple[str, ...]:
    return tuple(re.split(r", (?![^(<]*[)>])", line.removeprefix("--: ")))


def _line(values: object) -> str:
    return json.dumps(values, ensure_ascii=False)


def _json_value(value: Value) -> object:
    match value:
        case None | str() | bool() | int():
            return value
        case float():
            return value if value - value == 0 else str(value)  # NaN and infinity as texts
        case datetime():
            return value.isoformat(" ")
        case date() | Decimal():
            return str(value)
    raise AssertionError(f"a value of type {type(value).__name__}")


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_equal, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return isclose(one, other, rel_tol=_NINE_DIGITS)
    return type(one) is type(other) and bool(one == other)


def _is_type(right: str, found: str) -> bool:
    if _ANY_TYPE in (right, found) or _JSON.sub("string", right) == found:
        return True
    if found in _BARE:
        return right.startswith(_BARE[found])
    return _PRECISION.sub("decimal(*,", right) == _PRECISION.sub("decimal(*,", found)
