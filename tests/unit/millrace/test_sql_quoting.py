"""Any text and any name come back from SQL as they went in, and nothing else quotes them."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import ParseError, exp

import millrace
from millrace.athena_sql.engines.spark.dialect import SPARK
from millrace.scaffold.names import RESERVED
from millrace.sql_quoting import BACKTICK, NO_TABLE_NAMES, hive_literal, identifier, is_plain_name, literal

ROOT = Path(millrace.__file__).resolve().parent.parent
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
NAMES = TEXTS.filter(lambda text: text != "")
DOUBLING = re.compile(r"""replace\((["'])(?:'|"|`)\1, *(["'])(?:''|""|``)\2\)""")  # of a quote, as in SQL


@given(TEXTS)
def test_a_text_comes_back(text: str) -> None:
    assert duckdb.connect().execute(f"SELECT {literal(text)}").fetchall() == [(text,)]
    assert sqlglot.parse_one(f"SELECT {hive_literal(text)}", dialect=SPARK).expressions[0].this == text


@given(NAMES)
def test_a_name_comes_back(name: str) -> None:
    assert [column[0] for column in duckdb.connect().execute(f"SELECT 1 AS {identifier(name)}").description] == [name]
    assert sqlglot.parse_one(f"SELECT {identifier(name, BACKTICK)}", dialect=SPARK).expressions[0].name == name


KEYWORDS = sqlglot.Dialect.get_or_raise("athena").tokenizer_class.KEYWORDS
WORDS = {*RESERVED, *NO_TABLE_NAMES, *(word.lower() for word in KEYWORDS)}


@pytest.mark.parametrize("word", sorted(word for word in WORDS if word.isidentifier()))
def test_a_plain_name_is_one_that_statements_can_use_without_quotes(word: str) -> None:
    reading = (
        f"SELECT dt FROM raw.{word}.records WHERE x = 1",
        f"SELECT * FROM staging.a JOIN staging.{word} USING (dt)",
    )
    try:
        found = [{table.name for table in sqlglot.parse_one(sql, read="athena").find_all(exp.Table)} for sql in reading]
    except ParseError:
        found = [set(), set()]
    assert is_plain_name(word) == (found == [{"records"}, {"a", word}])


@pytest.mark.parametrize("name", ["", "2a", "A", "a-b", "a b", "ä", "a.b"])
def test_other_names_are_not_plain(name: str) -> None:
    assert not is_plain_name(name)


def test_nothing_else_doubles_quotes() -> None:
    """The exceptions write CSV."""
    allowed = {"millrace/sql_quoting.py", "athena_sql/result_csv.py", "glue_workflow/report_csv.py"}
    folders = ("athena_sql", "dashboards", "firehose", "glue_workflow", "infra", "ingestors", "millrace")
    sources = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    assert len(sources) > 200
    found = {str(path.relative_to(ROOT)) for path in sources if DOUBLING.search(path.read_text("utf-8"))}
    assert found <= allowed
