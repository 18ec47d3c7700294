"""Which constructs the portability check refuses, and where it says that they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from millrace.athena_sql.portability import refusals
from millrace.athena_sql.portability.certified_uses import certified_uses
from millrace.athena_sql.portability.refusals import REFUSED as REFUSED_ANYWHERE
from millrace.athena_sql.portability.refusals import Refusal
from millrace.athena_sql.portability.statement_check import portability_problems
from millrace.athena_sql.ports import Statement
from tests.shipped import TABLES

ROOT = Path(__file__).parents[4]
_OF_TYPES = (one for one in vars(refusals).values() if isinstance(one, Refusal) and one not in REFUSED_ANYWHERE)
ALL_REFUSALS = (*REFUSED_ANYWHERE, *_OF_TYPES)
REFUSED = [
    ("SELECT CAST(taxis AS DECIMAL(9, 2)) / 2 FROM prod.taxi_availability", (1, 13), "division of DECIMAL numbers"),
    ("SELECT\n  observed_at AT TIME ZONE 'Asia/Singapore' FROM prod.taxi_availability", (2, 3), "AT TIME ZONE"),
    ("SELECT at_timezone(observed_at, 'UTC') FROM prod.taxi_availability", (1, 8), "AT TIME ZONE"),
    ("SELECT CAST('2024-05-30' AS TIMESTAMP WITH TIME ZONE)", (1, 13), "TIMESTAMP WITH TIME ZONE"),
    ("SELECT now()", (1, 8), "the current time"),
    ("SELECT from_unixtime(0)", (1, 8), "a function that gives a TIMESTAMP WITH TIME ZONE"),
    (
        "SELECT from_iso8601_timestamp('2024-05-30T00:00:00Z')",
        (1, 8),
        "a function that gives a TIMESTAMP WITH TIME ZONE",
    ),
    ("SELECT date_diff('hour', observed_at, observed_at) FROM prod.taxi_availability", (1, 8), "date_diff"),
    ("SELECT date_add('day', 1, dt) FROM prod.taxi_availability", (1, 8), "date_add"),
    ("SELECT dt + INTERVAL '1' DAY FROM prod.taxi_availability", (1, 8), "date ± interval"),
    ("SELECT DATE '2024-05-30' - 2 * INTERVAL '1' DAY", (1, 13), "date ± interval"),
    ("SELECT json_extract_scalar(payload, '$') FROM raw.polls", (1, 8), "json_extract_scalar of an object"),
    (
        "SELECT json_extract_scalar(payload, '$.a'), json_extract_scalar(payload, '$.a.b') FROM raw.polls",
        (1, 8),
        "json_extract_scalar of an object",
    ),
    ("SELECT regexp_extract('abc', 'x')", (1, 8), "regexp_extract or split_part"),
    ("SELECT split_part('abc', 'x', 2)", (1, 8), "regexp_extract or split_part"),
    ("SELECT reduce(sequence(1, 3), 0, (s, x) -> s + x, s -> s)", (1, 8), "reduce"),
    ("SELECT format('%d', 3)", (1, 8), "format"),
    ("SELECT sequence(1, 3)[4]", (1, 8), "an array subscript"),
    ("SELECT approx_distinct(taxis) FROM prod.taxi_availability", (1, 8), "an approximate aggregate"),
    (
        "SELECT CAST(taxis_hundreds AS INTEGER) FROM prod.taxi_availability",
        (1, 13),
        "a cast of a fraction to a whole number",
    ),
    ("SELECT CAST(1.5 AS BIGINT)", (1, 13), "a cast of a fraction to a whole number"),
    ("SELECT round(CAST(taxis AS DOUBLE), 2) FROM prod.taxi_availability", (1, 8), "round of a DOUBLE to digits"),
    ("SELECT avg(taxis_hundreds) FROM prod.taxi_availability", (1, 8), "avg of a DECIMAL"),
    ("SELECT floor(taxis) FROM prod.taxi_availability", (1, 14), "floor or ceil of a whole number"),
    ("SELECT date_trunc('month', dt) FROM prod.taxi_availability", (1, 8), "date_trunc of a DATE"),
    (
        "SELECT CAST(observed_at AS VARCHAR) FROM prod.taxi_availability",
        (1, 13),
        "a cast of a DOUBLE or a time to text",
    ),
    ("SELECT array_agg(taxis) FROM prod.taxi_availability", (1, 8), "an aggregate that depends on the order of rows"),
    ("SELECT json_parse(payload) FROM raw.polls", (1, 8), "json_parse"),
    ("SELECT json_format(json_extract(payload, '$.a')) FROM raw.polls", (1, 8), "json_format"),
    ("SELECT slice(sequence(1, 3), 2, 2)", (1, 8), "slice"),
    ("SELECT try(CAST('x' AS INTEGER))", (1, 8), "try"),
    ("SELECT sequence(3, 1)", (1, 8), "a sequence whose ends are not ascending literals"),
    (
        "SELECT sequence(1, taxis) FROM prod.taxi_availability",
        (1, 8),
        "a sequence whose ends are not ascending literals",
    ),
    ("SELECT x FROM UNNEST(sequence(1, 2)) WITH ORDINALITY AS t (x, i)", (1, 22), "WITH ORDINALITY"),
    ("SELECT x FROM UNNEST(sequence(1, 2), sequence(1, 2)) AS t (x, y)", (1, 22), "UNNEST of several arrays"),
    (
        "SELECT x FROM prod.area LEFT JOIN UNNEST(sequence(1, 2)) AS t (x) ON TRUE",
        (1, 42),
        "an outer join with UNNEST",
    ),
    (
        "SELECT x FROM prod.area CROSS JOIN UNNEST(sequence(1, 2)) AS t (x) JOIN prod.area_cell AS c ON c.area_id = x",
        (1, 73),
        "a join after UNNEST",
    ),
    ("SELECT CAST(name AS VARCHAR(3)) FROM prod.area", (1, 13), "a cast to a text of a length"),
    ("SELECT name FROM prod.area WHERE (area_id, name) = (1, 'x')", (1, 35), "a comparison of rows or arrays"),
    ("SELECT name FROM prod.area WHERE (area_id, name) IN ((1, 'x'))", (1, 35), "a comparison of rows or arrays"),
    ("SELECT observed_at - observed_at FROM prod.taxi_availability", (1, 8), "a difference of times"),
    ("SELECT element_at(split(name, ' ', 2), 2) FROM prod.area", (1, 19), "split with a limit, or by an empty text"),
    ("SELECT replace(name, '', 'x') FROM prod.area", (1, 8), "replace of what may be an empty text"),
    ("SELECT name LIKE 'a\\%' FROM prod.area", (1, 8), "LIKE with a backslash"),
    ("SELECT regexp_replace(name, '(?<a>x)', '${a}') FROM prod.area", (1, 8), "a group by its name"),
    ("SELECT name FROM prod.area WHERE regexp_like(name, '(?i)east')", (1, 34), "a pattern that minds no case"),
    ("SELECT regexp_replace(name, '(?si:a)', 'b') FROM prod.area", (1, 8), "a pattern that minds no case"),
    ("SELECT json_extract_scalar(payload, '$[-1]') FROM raw.polls", (1, 8), "a place from the end of a list in JSON"),
    (
        "SELECT date_format(observed_at, '%U') FROM prod.taxi_availability",
        (1, 8),
        "a specifier, or a letter as text, that engines read differently",
    ),
    ("SELECT upper(name) AS x FROM prod.area WHERE x = 'A'", (1, 46), "an alias of the select list outside ORDER BY"),
    ("SELECT upper(name) AS x FROM prod.area GROUP BY x", (1, 49), "an alias of the select list outside ORDER BY"),
    ("SELECT upper(name) AS x, length(x) FROM prod.area", (1, 33), "an alias of the select list outside ORDER BY"),
    (
        "WITH a AS (SELECT name FROM prod.area) SELECT upper(name) AS x FROM a HAVING max(x) > 'A'",
        (1, 82),
        "an alias of the select list outside ORDER BY",
    ),
    (
        "SELECT name, sum(area_id) AS area_id FROM prod.area GROUP BY name ORDER BY sum(area_id)",
        (1, 80),
        "an aggregate over an alias in ORDER BY",
    ),
    ("SELECT name FROM prod.area WHERE name = 7", (1, 34), "values of different types"),
    ("SELECT name FROM prod.area WHERE name IN (7, 8)", (1, 34), "values of different types"),
    ("SELECT name || area_id FROM prod.area", (1, 8), "values of different types"),
    ("SELECT coalesce(area_id, 'none') FROM prod.area", (1, 8), "values of different types"),
    ("SELECT name FROM prod.area UNION ALL SELECT area_id FROM prod.area", (1, 8), "values of different types"),
    ("SELECT dt FROM prod.taxi_availability WHERE dt = '2024-05-30'", (1, 45), "values of different types"),
    ("SELECT soundex(name) FROM prod.area", (1, 8), "soundex is not certified"),
    ("SELECT instr(name, 'a') FROM prod.area", (1, 8), "Function 'instr' not registered"),
    ("SELECT startswith(name, 'a') FROM prod.area", (1, 8), "Function 'startswith' not registered"),
    ("SELECT * EXCEPT (name) FROM prod.area", (1, 8), "* without some of the columns, or with others"),
    (
        "SELECT name FROM prod.area JOIN (VALUES 'x') AS t (area_id) USING (area_id)",
        (1, 41),
        "values of different types",
    ),
    ("SELECT to_unixtime(dt) FROM prod.taxi_availability", (1, 8), "to_unixtime(date) is not certified"),
    (
        "SELECT lag(taxis, CAST(1 AS BIGINT)) OVER (ORDER BY dt) FROM prod.taxi_availability",
        (1, 8),
        "lag(int, bigint) OVER (...) is not certified",
    ),
    (
        "SELECT x FROM (SELECT split(name, ' ') AS x FROM prod.area) AS t GROUP BY x",
        (1, 75),
        "GROUP BY of array(varchar) is not certified",
    ),
    (
        "WITH a AS (SELECT split(name, ' ') AS x FROM prod.area) SELECT 1 FROM a JOIN a AS b USING (x)",
        (1, 92),
        "= of array(varchar) is not certified",
    ),
    ("SELECT no_such_function(name) FROM prod.area", (1, 8), "no_such_function is not certified"),
    ("SELECT TIMESTAMP '2024-05-30 00:00:00' + INTERVAL '1' MONTH", (1, 51), "Interval MONTH is not certified"),
    ("SELECT name FROM prod.area TABLESAMPLE BERNOULLI (50)", (1, 51), "TableSample is not certified"),
]


@pytest.mark.parametrize(("sql", "place", "construct"), REFUSED)
def test_a_construct_that_differs_is_refused_with_its_place_and_an_alternative(
    sql: str, place: tuple[int, int], construct: str
) -> None:
    [problem] = portability_problems(Statement("test", sql), TABLES)
    assert ((problem.line, problem.column), problem.construct) == (place, construct)
    assert str(problem).startswith(f"test, line {place[0]}, column {place[1]}: {construct}; use instead: ")
    assert problem.alternative


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT floor(CAST(taxis AS DOUBLE) / 2) FROM prod.taxi_availability",
        "SELECT observed_at + 2 * INTERVAL '1' MINUTE FROM prod.taxi_availability",
        "SELECT CAST(dt AS TIMESTAMP) + INTERVAL '1' DAY FROM prod.taxi_availability",
        "SELECT element_at(sequence(1, 3), 4)",
        "SELECT json_extract_scalar(payload, '$.a'), json_extract_scalar(payload, '$.ab') FROM raw.polls",
        "SELECT CAST(floor(taxis_hundreds) AS BIGINT) FROM prod.taxi_availability",
        "SELECT CAST(floor(to_unixtime(observed_at)) - 1 AS BIGINT) FROM prod.taxi_availability",
        "SELECT element_at(split(name, ' '), 2) FROM prod.area",
        "SELECT date_trunc('month', CAST(dt AS TIMESTAMP)) FROM prod.taxi_availability",
        "SELECT CAST(json_extract(payload, '$') AS ARRAY(JSON)) FROM raw.polls",
        "SELECT -area_id AS area_id FROM prod.area WHERE area_id > 0 ORDER BY area_id + 0",
        "SELECT upper(name) AS x FROM prod.area ORDER BY x OFFSET 1 LIMIT 1",
        "SELECT regexp_like(lower(name), 'east|west') FROM prod.area",
        "SELECT name || CAST(area_id AS VARCHAR) FROM prod.area WHERE area_id = CAST(1 AS DOUBLE)",
        "SELECT name, (SELECT max(a.name) FROM prod.area AS b WHERE a.area_id = b.area_id) AS x FROM prod.area AS a",
    ],
)
def test_the_alternatives_pass(sql: str) -> None:
    assert portability_problems(Statement("test", sql), TABLES) == []


def test_what_is_not_certified_is_told_with_the_types_that_are() -> None:
    sql = (
        "SELECT hour(dt), lag(dt, CAST(1 AS BIGINT)) OVER (ORDER BY dt), CAST(dt AS DOUBLE) FROM prod.taxi_availability"
    )
    assert [one.alternative for one in portability_problems(Statement("test", sql), TABLES)] == [
        "hour(timestamp)",
        "lag(date, int) OVER (...)",
        "CAST(date AS date); CAST(date AS timestamp); CAST(date AS varchar)",
    ]


def test_the_documents_list_what_may_be_used_and_what_to_write_instead() -> None:
    """A project's author has the documents, not the certified cases; messages lead there."""
    text = (ROOT / "docs/your_own_project.md").read_text()
    listed = text.partition("## Constructs that every engine runs alike")[2].partition("\n## ")[0]
    instead = "\n".join(f"| {_cell(one.construct)} | {_cell(one.alternative)} |" for one in ALL_REFUSALS)
    assert listed
    assert instead in listed, f"write there:\n{instead}"
    for kind, names in _certified_by_kind().items():
        row = f"| {kind} | {', '.join(f'`{name}`' for name in sorted(names))} |"
        assert row in listed, f"write there:\n{row}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _certified_by_kind() -> dict[str, set[str]]:
    kinds: dict[str, set[str]] = {"functions": {"cast", "try_cast"}, "joins": set(), "types": set()}
    for name in certified_uses():
        name = name.removeprefix("Window ")
        if name.endswith("join"):
            kinds["joins"].add(name)
        elif name.startswith("type "):
            kinds["types"].add(name.removeprefix("type "))
        elif name.partition(" ")[0] in ("Interval", "date_trunc"):
            construct, _, unit = name.partition(" ")
            kinds.setdefault(f"units of {construct.lower()}", set()).add(unit)
        elif name[0].islower() and not name.startswith("window over"):
            kinds["functions"].add(name)
    return kinds
