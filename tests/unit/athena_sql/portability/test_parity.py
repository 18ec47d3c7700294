"""Which rows count as equal, and how a difference is reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from millrace.athena_sql.portability.certified_cases import CertifiedCase
from millrace.athena_sql.portability.parity import check_cases, compare
from millrace.athena_sql.ports import Column, Result, Statement, Value
from millrace.errors import QueryError
from tests.doubles.reading_engine import GivenParameters, GivenTables, ReadingEngine

INT = (Column("n", "int"),)


def result(*rows: tuple[Value, ...], columns: tuple[Column, ...] = INT) -> Result:
    return Result(columns, list(rows))


def difference(expected: Result, found: Result) -> str:
    return compare("query", "test", expected, found).difference


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        (result(), result()),
        (result((1,), (2,), (None,)), result((None,), (2,), (1,))),
        (
            result((0.1 + 0.2,), columns=(Column("x", "double"),)),
            result((0.3,), columns=(Column("x", "double"),)),
        ),
        (
            result((float("nan"),), columns=(Column("x", "double"),)),
            result((float("nan"),), columns=(Column("x", "double"),)),
        ),
        (
            result((Decimal("1.50"),), columns=(Column("x", "decimal(38,2)"),)),
            result((Decimal("1.50"),), columns=(Column("x", "decimal(19,2)"),)),
        ),
        (
            result((1, "run-1"), columns=(*INT, Column("run_id", "string"))),
            result((1, "run-2"), columns=(*INT, Column("run_id", "string"))),
        ),
        (
            result(('{"a": 1, "run_id": "x"}',), columns=(Column("row", "string"),)),
            result(('{"a": 1, "run_id": "y"}',), columns=(Column("row", "string"),)),
        ),
    ],
    ids=["nothing", "order", "the last digits", "not a number", "precision", "audit columns", "audit columns inside"],
)
def test_equal_rows(expected: Result, found: Result) -> None:
    parity = compare("table", "test", expected, found)
    assert (parity.equal, parity.difference, parity.rows) == (True, "", len(expected.rows))


@pytest.mark.parametrize(
    ("expected", "found", "reported"),
    [
        (result((1,), (2,)), result((1,), (3,)), "row 2: expected (2); found (3)"),
        (result((1,), (1,)), result((1,)), "1 rows missing, the first: (1)"),
        (result(), result((1,), (None,)), "2 rows too many, the first: (NULL)"),
        (
            result((1,)),
            result((1,), columns=(Column("n", "bigint"),)),
            "columns: expected n int; found n bigint",
        ),
        (result((1,)), result((1.0,)), "row 1: expected (1); found (1.0)"),
        (
            result(("a", date(2024, 5, 30)), columns=(Column("t", "string"), Column("d", "date"))),
            result(("b", date(2024, 5, 30)), columns=(Column("t", "string"), Column("d", "date"))),
            "row 1: expected ('a', 2024-05-30); found ('b', 2024-05-30)",
        ),
        (
            result((datetime(2024, 5, 30),), columns=(Column("at", "timestamp"),)),  # noqa: DTZ001 - naive UTC
            result((None,), columns=(Column("at", "timestamp"),)),
            "row 1: expected (2024-05-30 00:00:00); found (NULL)",
        ),
    ],
)
def test_the_first_difference_is_reported(expected: Result, found: Result, reported: str) -> None:
    assert difference(expected, found) == reported


@dataclass
class Answering(ReadingEngine):
    """Prepared answers by SQL; None: the statement is refused."""

    answers: Mapping[str, Result | None]

    def answer(self, statement: Statement, parameters: GivenParameters, tables: GivenTables) -> Result:
        answer = self.answers[statement.sql]
        if answer is None:
            raise QueryError(f"{statement.name}: no.")
        return answer


def test_each_case_is_reported_with_its_own_difference() -> None:
    rows: list[tuple[Any, ...]] = [(2,), (1,)]
    cases = [CertifiedCase(title, title, rows) for title in ("same", "sorted", "retyped", "refused")]
    answers = {
        "same": result((2,), (1,)),
        "sorted": result((1,), (2,)),
        "retyped": result((2.0,), (1.0,)),
        "refused": None,
    }
    assert [(parity.name, parity.difference) for parity in check_cases(Answering(answers), cases)] == [
        ("same", ""),
        ("sorted", "row 1: expected (2); found (1)"),
        ("retyped", "row 1: expected (2); found (2.0)"),
        ("refused", "refused: no."),
    ]
