"""The stress cases on Trino, whose answers are right, and in every door.

A door may refuse a statement, and the case's file names it then. Where it gives something else without an error, the
file says what it gives, and the test is expected to fail: mend the difference, and let
`python -m tests.contracts.stress.record` take the line away.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contracts.engines import SPARK_MARKS
from tests.contracts.stress.cases import StressCase, read_cases, stress_cases, stress_files, written
from tests.contracts.stress.differences import DOCUMENT, with_section
from tests.contracts.stress.doors import DOORS, STRESSED, Door
from tests.contracts.stress.record import asked, doors_answer, trinos_answer
from tests.contracts.trino.client import TrinoVersion
from tests.contracts.trino.older import OlderTrino

CASES = stress_cases()
# What Trino 403 answers otherwise than 476: most are functions and syntax that it does not have yet.
CHANGED_SINCE_403 = {
    "aggregates: aggregates of bits",  # bitwise_xor_agg
    "aggregates: arbitrary",  # any_value
    "aggregates: listagg",  # without a separator
    "arrays: an array in brackets alone",
    "casts: text with blanks to INTEGER",  # ' 7 ' is no number to 403
    "functions: array_histogram",
    "functions: bitwise aggregates",  # bitwise_xor_agg
    "functions: transform_keys and transform_values",  # the order of a map's entries
    "numbers: functions of angles",  # sinh
    "numbers: numbers of other bases",  # 0x10, 1_000
    "zones: months added in a zone",  # by an INTERVAL: 403 counts them in UTC
}


def cases_of(door: str) -> list[object]:
    on_engine = SPARK_MARKS if door == "spark" else ()
    return [
        pytest.param(door, case, id=f"{door}-{case}", marks=(*on_engine, *_differing(case.others.get(door))))
        for case in CASES
    ]


def _differing(given: str | None) -> list[pytest.MarkDecorator]:
    return [pytest.mark.xfail(strict=True, reason=f"gives {given}")] if given else []


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Door]]:
    """Those that a test has asked for, by name."""
    opened: dict[str, Door] = {}
    yield opened
    for door in opened.values():
        door.close()


def _opened(doors: dict[str, Door], folders: pytest.TempPathFactory, name: str) -> Door:
    if name not in doors:
        doors[name] = DOORS[name](folders.mktemp(name))
    return doors[name]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_answer_is_trinos(each_trino: TrinoVersion, case: StressCase) -> None:
    """Athena's engine 3 lies between the two versions that are asked."""
    found = trinos_answer(each_trino, case.sql)
    if isinstance(each_trino, OlderTrino) and str(case) in CHANGED_SINCE_403:
        assert case.answer != found
    else:
        assert case.answer == found


@pytest.mark.parametrize(("name", "case"), [param for name in STRESSED for param in cases_of(name)])
def test_a_door_gives_that_answer_or_refuses(
    doors: dict[str, Door], tmp_path_factory: pytest.TempPathFactory, name: str, case: StressCase
) -> None:
    assert case.answer
    if not asked(name, case):  # only here, since it takes too long to be found out when tests are collected
        assert name not in (*case.others, *case.refused)
        return
    found = doors_answer(_opened(doors, tmp_path_factory, name), case.statement)
    assert case.answer.difference(found) == ""
    assert case.answer.refused_by(found) == (name in case.refused)


def test_query_and_the_endpoint_refuse_the_same() -> None:
    """What both answer is equal, as each gives Trino's answer."""
    apart = [str(case) for case in CASES if ("duckdb" in case.refused) != ("athena" in case.refused)]
    assert apart == []


def test_the_document_lists_what_differs() -> None:
    text = DOCUMENT.read_text("utf-8")
    assert text == with_section(text), "run python -m tests.contracts.stress.differences"


def test_titles_and_files_are_in_order() -> None:
    assert len({str(case) for case in CASES}) == len(CASES)
    for path in stress_files():
        head, cases = read_cases(path)
        assert path.read_text("utf-8") == written(head, cases)
