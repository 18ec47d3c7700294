"""Checks of every source, written out from a template."""

from __future__ import annotations

from sqlglot import exp

from millrace.athena_sql.statements.parsing import parse_query
from millrace.athena_sql.statements.saved_queries import parse_saved_query
from millrace.athena_sql.statements.source_checks import CheckedSource, for_each_source

ENTITIES = parse_saved_query(
    "twice", "-- Entities twice\nSELECT '{source}' AS source, {entity_key} FROM {staging} GROUP BY {entity_key}\n"
)


def test_an_entity_key_may_be_a_word_that_sql_reserves() -> None:
    sources = [CheckedSource("queues", "staging.place", "order", 0), CheckedSource("rain", "staging.rain", "", 1)]
    [check] = for_each_source(ENTITIES, sources)
    assert (check.label, check.source) == ("twice of queues", "queues")
    tree = parse_query(check.statement)
    assert {column.name for column in tree.find_all(exp.Column)} == {"order"}
    assert [table.sql() for table in tree.find_all(exp.Table)] == ["staging.place"]


def test_a_check_without_placeholders_is_one_statement() -> None:
    plain = parse_saved_query("all", "-- All\nSELECT 1 AS n\n")
    assert for_each_source(plain, [CheckedSource("rain", "staging.rain", "station", 0)]) == [plain]
