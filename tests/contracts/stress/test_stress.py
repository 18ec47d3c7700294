"""The stress cases on Trino, whose answers are right, and on the engines.

An engine may refuse a statement. Where it gives something else without an error, the case's file says what it gives,
and the test is expected to fail: mend the difference, and let `python -m tests.contracts.stress.record` take the line
away.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from millrace.athena_sql.ports import Engine
from tests.contracts.engines import ENGINES, SPARK_MARKS
from tests.contracts.stress.cases import StressCase, read_cases, stress_cases, stress_files, written
from tests.contracts.stress.record import STRESSED, asked, engines_answer, trinos_answer
from tests.contracts.trino.client import TrinoClient
from tests.unit.athena_sql.sql_lake import SampleTables

CASES = stress_cases()


def cases_of(engine: str) -> list[object]:
    return [
        pytest.param(
            engine,
            case,
            id=f"{engine}-{case}",
            marks=(
                *(SPARK_MARKS if engine == "spark" else ()),
                *(
                    [pytest.mark.xfail(strict=True, reason=f"gives {given}")]
                    if (given := case.others.get(engine))
                    else []
                ),
            ),
        )
        for case in CASES
        if asked(engine, case)
    ]


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Engine]]:
    """Those that a test has asked for, by name."""
    opened: dict[str, Engine] = {}
    yield opened
    for engine in opened.values():
        engine.close()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_answer_is_trinos(trino: TrinoClient, case: StressCase) -> None:
    assert case.answer == trinos_answer(trino, case.sql)


@pytest.mark.parametrize(("name", "case"), [param for name in STRESSED for param in cases_of(name)])
def test_an_engine_gives_that_answer_or_refuses(
    engines: dict[str, Engine], tmp_path_factory: pytest.TempPathFactory, name: str, case: StressCase
) -> None:
    if name not in engines:
        engines[name] = ENGINES[name](SampleTables(), tmp_path_factory.mktemp(name))
    assert case.answer

    assert case.answer.difference(engines_answer(engines[name], case.statement)) == ""


def test_what_is_said_of_an_engine_is_said_of_one_that_is_asked() -> None:
    assert {name for case in CASES for name in case.others if not asked(name, case)} == set()


def test_titles_and_files_are_in_order() -> None:
    assert len({str(case) for case in CASES}) == len(CASES)
    for path in stress_files():
        head, cases = read_cases(path)
        assert path.read_text("utf-8") == written(head, cases)
