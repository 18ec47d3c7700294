"""Any text and any name come back from SQL as they went in, and nothing else quotes them."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import sqlglot
from hypothesis import given
from hypothesis import strategies as st

import millrace
from millrace.athena_sql.engines.spark.dialect import SPARK
from millrace.sql_quoting import BACKTICK, hive_literal, identifier, literal

ROOT = Path(millrace.__file__).resolve().parent.parent
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
NAMES = TEXTS.filter(lambda text: text != "")
DOUBLING = re.compile(r"""replace\((["'])(?:'|"|`)\1, *(["'])(?:''|""|``)\2\)""")  # of a quote, as in SQL


@given(TEXTS)
def test_a_text_comes_back(text: str) -> None:
    assert duckdb.execute(f"SELECT {literal(text)}").fetchall() == [(text,)]
    assert sqlglot.parse_one(f"SELECT {hive_literal(text)}", dialect=SPARK).expressions[0].this == text


@given(NAMES)
def test_a_name_comes_back(name: str) -> None:
    assert [column[0] for column in duckdb.execute(f"SELECT 1 AS {identifier(name)}").description] == [name]
    assert sqlglot.parse_one(f"SELECT {identifier(name, BACKTICK)}", dialect=SPARK).expressions[0].name == name


def test_nothing_else_doubles_quotes() -> None:
    """The exception writes CSV."""
    allowed = {"millrace/sql_quoting.py", "athena_sql/result_csv.py"}
    folders = ("athena_sql", "dashboards", "firehose", "glue_workflow", "infra", "ingestors", "millrace")
    sources = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    assert len(sources) > 200
    found = {str(path.relative_to(ROOT)) for path in sources if DOUBLING.search(path.read_text("utf-8"))}
    assert found <= allowed
