"""Every shipped statement gives the same rows on DuckDB as on Trino, over a small lake that workflows have filled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from sqlglot import exp

from millrace.athena_sql.portability.parity import compare
from millrace.athena_sql.ports import Parameter, Result, Statement
from millrace.athena_sql.statements.parameters import parameters_of
from millrace.athena_sql.statements.parsing import parse_query
from millrace.athena_sql.statements.run_columns import statement_to_write
from millrace.athena_sql.statements.saved_queries import NEWEST
from millrace.athena_sql.statements.typed_parameters import typed_parameters
from millrace.infra.runtime.local import LocalRuntime
from millrace.usecases.runs import run_workflow
from millrace.usecases.verify import queries_and_checks
from tests.contracts.test_parity import DAY, EVE, lake
from tests.contracts.trino.client import TrinoVersion
from tests.contracts.trino.engine import TrinoEngine
from tests.shipped import DASHBOARDS, PANELS, PROJECT, TABLES
from tests.unit.athena_sql.sql_lake import RUN

# The values of all parameters; a statement gets those that it has. `area` is a picker's.
VALUES: dict[str, Parameter] = {
    **RUN,
    "partitions": [date.fromisoformat(DAY)],
    "day": date.fromisoformat(DAY),
    "first_day": date.fromisoformat(DAY),
    "last_day": date.fromisoformat(DAY),
    "since": datetime.fromisoformat(DAY) - timedelta(hours=8),
    "until": datetime.fromisoformat(DAY) + timedelta(hours=16),
    "days": (date.fromisoformat(EVE), date.fromisoformat(DAY)),
    "area": ("Tampines", "Bedok", "Jurong West"),
}


@dataclass(frozen=True)
class ShippedStatement:
    kind: str
    statement: Statement
    defaults: dict[str, Parameter] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.kind} {self.statement.name}"


def shipped() -> Iterator[ShippedStatement]:
    for table in TABLES:
        if table.statement:
            yield ShippedStatement("table", statement_to_write(table, table.statement))
    for query in queries_and_checks(PROJECT):
        given = {name: DAY if value == NEWEST else value for name, value in query.defaults.items()}
        yield ShippedStatement("query", query.statement, typed_parameters(given))
    for dashboard in DASHBOARDS:
        yield from (ShippedStatement("picker", picker.statement) for picker in dashboard.pickers)
    for panel in PANELS:
        yield ShippedStatement("panel", panel.statement)
        if panel.overlay:
            yield ShippedStatement("overlay", panel.overlay.statement)


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalRuntime]:
    with lake(tmp_path_factory.mktemp("lake")) as made:
        for name in made.pipelines.workflows:
            assert not run_workflow(made, name, [], full=False, progress=lambda _: None).error
        yield made


@pytest.fixture(scope="module")
def judge(each_trino: TrinoVersion, runtime: LocalRuntime) -> TrinoEngine:
    return TrinoEngine(each_trino, runtime.tables, runtime.engine)


@pytest.mark.parametrize("shipped_one", list(shipped()), ids=str)
def test_a_shipped_statement_gives_trinos_rows(
    judge: TrinoEngine, runtime: LocalRuntime, shipped_one: ShippedStatement
) -> None:
    statement = shipped_one.statement
    tree = parse_query(statement)
    values = {**VALUES, **shipped_one.defaults}
    parameters = {name: values[name] for name in parameters_of(tree)}

    right = judge.query(statement, parameters)
    found = runtime.engine.query(statement, parameters)

    assert compare("statement", statement.name, right, found).difference == ""
    assert ordered_by(tree, right) == ordered_by(tree, found)


def ordered_by(tree: exp.Query, result: Result) -> list[tuple[object, ...]]:
    """The rows' values in the columns that the outermost ORDER BY names, in the order of the rows."""
    order = tree.args.get("order")
    keys = [one.this.name.lower() for one in order.expressions] if order else []
    places = [at for at, column in enumerate(result.columns) if column.name in keys]
    return [tuple(row[at] for at in places) for row in result.rows]
