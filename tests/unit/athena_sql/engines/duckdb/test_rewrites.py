"""The table of rewrites: each is where the table says, and a statement imports only those that it has nodes for."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from millrace.athena_sql.engines.duckdb.translation import calls

# What the engine itself imports, of whatever statement: texts of macros, and small rewrites.
ALWAYS = {
    *("calls", "json", "json.macros", "macros", "order", "parts", "texts", "texts.macros", "times"),
    *("macros.arrays", "macros.binary", "macros.casts", "macros.lookup", "macros.numbers", "macros.texts"),
    *("times.carriers", "times.macros", "times.utc", "translated_statements", "type_names"),
}
PROGRAM = """
import sys
from sqlglot import parse_one
import millrace.athena_sql.engines.duckdb.engine
from millrace.athena_sql.engines.duckdb.translation.calls import rewrite
rewrite(parse_one(sys.argv[1], read="athena"))
print(*(name.partition(".translation.")[2] for name in sys.modules if ".translation." in name))
"""


@pytest.mark.parametrize("change", sorted({change for _, change in calls.REWRITES if isinstance(change, str)}))
def test_a_rewrite_is_where_the_table_says(change: str) -> None:
    module, _, name = change.partition(":")
    assert callable(getattr(import_module(f"{calls.__package__}.{module}"), name))


@pytest.mark.parametrize(
    ("sql", "imported"),
    [
        ("SELECT a, b FROM t WHERE c AND d ORDER BY 1", set()),
        ("SELECT a FROM t WHERE b = 1", {"arrays", "comparisons"}),
        ("SELECT a || b FROM t", {"arrays", "functions", "lambdas"}),
    ],
)
def test_a_statement_imports_the_rewrites_of_its_own_nodes(sql: str, imported: set[str]) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM, sql], capture_output=True, text=True, timeout=120, check=True)
    assert set(done.stdout.split()) - ALWAYS == imported
