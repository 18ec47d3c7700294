"""The table of Trino's functions, and what is given of it."""

from __future__ import annotations

from millrace.athena_sql.language.functions import NAMES
from millrace.athena_sql.language.trino_functions import TABLE
from tests.contracts.trino.client import TrinoClient

OF_THE_GRAMMAR = frozenset(
    ("coalesce", "current_timestamp", "format", "grouping", "if", "nullif", "position", "row", "try", "try_cast")
) | {"unnest"}


def test_the_table_is_trinos(trino: TrinoClient) -> None:
    assert {row[0] for row in trino.asked("SHOW FUNCTIONS").rows} == TABLE


def test_what_is_given_is_in_the_table() -> None:
    assert NAMES - TABLE == OF_THE_GRAMMAR
