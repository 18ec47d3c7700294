"""The tables that a statement names, found in its text."""

from __future__ import annotations

import pytest

from millrace.athena_sql.tables import tables_named


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("SELECT * FROM staging.bikes, raw.rain.records", {"staging.bikes", "raw.rain"}),
        ("SELECT * FROM Prod.Bikes JOIN PROD . rain", {"prod.bikes", "prod.rain"}),
        ('SELECT * FROM "staging"."bikes", "Raw".rain, prod."Docks"', {"staging.bikes", "raw.rain", "prod.docks"}),
        ("SELECT 'prod.a', 'it''s prod.b' -- prod.c\nFROM prod.bikes /* prod.d\nprod.e */", {"prod.bikes"}),
        ("SELECT '--', '/*' FROM prod.bikes WHERE x = '*/'", {"prod.bikes"}),
        ('SELECT "it\'s", "--", "prod.a" FROM prod.bikes, "prod ""x"".b"', {"prod.bikes"}),
        ("SELECT x FROM mart.bikes, myprod.bikes", set()),
    ],
)
def test_names_count_as_sql_has_them(sql: str, named: set[str]) -> None:
    assert tables_named(sql) == named
