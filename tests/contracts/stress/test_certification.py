"""The certified uses: the shipped table is what the certified cases and the stress cases hold, each use with a NULL."""

from __future__ import annotations

import pytest

from millrace.athena_sql.portability.certified_uses import TABLE, Use, certified_uses
from tests.contracts.stress.cases import StressAnswer, StressCase
from tests.contracts.stress.certification import held_uses, is_equal, text

# What is never given a NULL: numbers that are written out, and all columns.
WITHOUT_NULL = {"chr", "sequence"}
ALL_COLUMNS = ("*",)
ONE = StressAnswer(("int",), ((1,),))


def test_the_table_is_what_the_cases_hold() -> None:
    assert TABLE.read_text("utf-8") == text(), "run python -m tests.contracts.stress.certification"


def test_each_certified_use_was_held_with_a_null() -> None:
    """So a use need not be refused where a column may have NULLs."""
    held = held_uses()
    with_null = [use for use, one in held.items() if one.with_null]
    missing = [
        f"{construct} of {', '.join(types)}"
        for construct, listed in certified_uses().items()
        for types in listed
        if construct not in WITHOUT_NULL and types != ALL_COLUMNS
        if not any(use.construct == construct and use.is_of(types) for use in with_null)
    ]
    assert missing == [], "add a stress case in which they are given a NULL"


@pytest.mark.parametrize(
    ("case", "holds"),
    [
        (StressCase("x", "equal", "SELECT abs(1)", ONE), True),
        (StressCase("x", "an error", "SELECT abs(1)", StressAnswer(error="DIVISION_BY_ZERO")), False),
        (StressCase("x", "refused", "SELECT abs(1)", ONE, refused=("spark",)), False),
        (StressCase("x", "answered otherwise", "SELECT abs(1)", ONE, {"duckdb": "[[2]]"}), False),
        (StressCase("x", "not asked of Spark", "SELECT soundex('a')", ONE), False),
        (StressCase("x", "refused of a project", "SELECT now()", ONE), False),
    ],
    ids=lambda one: one.title if isinstance(one, StressCase) else "",
)
def test_a_case_certifies_if_every_door_gives_trinos_answer(case: StressCase, *, holds: bool) -> None:
    assert is_equal(case) is holds


def test_a_use_is_of_types_in_their_places_or_in_any_order() -> None:
    assert Use("substr", ("varchar", "bigint")).is_of(("varchar", "int/bigint"))
    assert not Use("substr", ("bigint", "varchar")).is_of(("varchar", "int/bigint"))
    assert Use("EQ", ("bigint", "int")).is_of(("int/bigint",))
    assert not Use("EQ", ("bigint", "double")).is_of(("int/bigint",))
    assert Use("EQ", ("double", "unknown")).is_of(("double", "int/bigint"))
    assert Use("Cast", ("null", "double")).is_of(("varchar", "double"))
    assert not Use("lag", ("int", "bigint")).is_of(("int/bigint", "int"))
