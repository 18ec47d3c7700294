"""Writes what Trino and the doors answer into the files of the stress cases, and what differs into docs/athena.md;
and which uses of SQL are certified by that.

    python -m tests.contracts.stress.record [FILE...] [--doors athena,duckdb,spark]

FILE: names of files without the suffix; by default all. Trino is asked again for every statement.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from millrace.athena_sql.ports import Statement
from millrace.errors import MillraceError
from tests.contracts.stress import certification, differences
from tests.contracts.stress.cases import StressAnswer, StressCase, answer_of, read_cases, stress_files, written
from tests.contracts.stress.certification import may_be_held
from tests.contracts.stress.doors import DOORS, Door
from tests.contracts.trino.client import TrinoRefused, TrinoVersion
from tests.contracts.trino.engine import with_doubles
from tests.contracts.trino.server import running_trino
from tests.contracts.trino.values import to_result


def trinos_answer(trino: TrinoVersion, sql: str) -> StressAnswer:
    try:
        return answer_of(to_result(trino.answer_to(with_doubles(sql))))
    except TrinoRefused as error:
        return StressAnswer(error=error.code)


def doors_answer(door: Door, statement: Statement) -> StressAnswer:
    try:
        return answer_of(door.query(statement))
    except MillraceError as error:
        return StressAnswer(error=type(error).__name__)


def asked(door: str, case: StressCase) -> bool:
    """Spark gets what statements of a project may hold; the others also what people may ask."""
    return door != "spark" or may_be_held(case.statement)


def _recorded(cases: list[StressCase], trino: TrinoVersion, doors: Mapping[str, Door]) -> Iterator[StressCase]:
    for case in cases:
        right = trinos_answer(trino, case.sql)
        others = {name: given for name, given in case.others.items() if name not in doors}
        refused = [name for name in case.refused if name not in doors]
        for name, door in doors.items():
            if asked(name, case):
                found = doors_answer(door, case.statement)
                if given := right.difference(found):
                    others[name] = given
                if right.refused_by(found):
                    refused.append(name)
        yield replace(case, answer=right, others=dict(sorted(others.items())), refused=tuple(sorted(refused)))


def main() -> None:
    parser = argparse.ArgumentParser(description="Write what Trino and the doors answer into the stress cases.")
    parser.add_argument("files", nargs="*")
    parser.add_argument("--doors", default=",".join(DOORS))
    given = parser.parse_args()
    with ExitStack() as opened:
        folder = Path(opened.enter_context(TemporaryDirectory(prefix="millrace-stress-")))
        trino = opened.enter_context(running_trino(folder))
        doors = {name: DOORS[name](folder) for name in given.doors.split(",") if name}
        for path in stress_files():
            if not given.files or path.stem in given.files:
                head, cases = read_cases(path)
                path.write_text(written(head, list(_recorded(cases, trino, doors))), "utf-8")
        for door in doors.values():
            door.close()
    differences.write()
    certification.write()


if __name__ == "__main__":
    main()
