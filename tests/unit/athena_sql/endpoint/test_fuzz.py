"""Five thousand statements, made and mutated from a fixed seed: each is answered or refused, and none escapes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from millrace.athena_sql.endpoint.endpoint import Endpoint
from millrace.athena_sql.endpoint.execution.worker_pool import QueryLimits
from millrace.athena_sql.language.functions import NAMES
from millrace.errors import RequestRefused
from tests.unit.athena_sql.endpoint.fenced_lake import (
    CANARY,
    SmallLake,
    endpoint_over,
    outcome,
    outcome_of,
    write_secrets,
)
from tests.unit.athena_sql.endpoint.test_escapes import ESCAPES, files

STATEMENTS = 5_000
BATCH = 100
SEED = 20240530
_TOKEN = re.compile(r"\s+|[A-Za-z_][A-Za-z_0-9]*|\d+(?:\.\d+)?|'[^']*'|\"[^\"]*\"|<>|<=|>=|->|\|\||.", re.DOTALL)
_HARMLESS = [
    "SELECT n, half, dt FROM prod.numbers WHERE dt = DATE '2024-05-30' ORDER BY n DESC LIMIT 3",
    "WITH a AS (SELECT n, count(*) AS c FROM prod.numbers GROUP BY n) SELECT n, word FROM a JOIN ops.words w USING (n)",
    "SELECT max_by(n, half), approx_distinct(n), sum(half) FILTER (WHERE n > 2) FROM prod.numbers",
    "SELECT n, sum(n) OVER (PARTITION BY dt ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM prod.numbers",
    "SELECT CASE WHEN n % 2 = 0 THEN 'even' ELSE 'odd' END AS k, array_agg(n) FROM prod.numbers GROUP BY 1",
    "SELECT x FROM UNNEST(ARRAY[1, 2, 3]) WITH ORDINALITY AS t (x, o) WHERE o IN (SELECT n FROM prod.numbers)",
    "SELECT json_extract_scalar('{\"a\": 1}', '$.a'), CAST(ROW(1, 'x') AS ROW(a integer, b varchar)).b",
    "SELECT word || '-' || CAST(n AS varchar) FROM ops.words UNION ALL SELECT 'x' INTERSECT SELECT 'y'",
    "SELECT transform(sequence(1, 3), x -> x * 2), date_trunc('hour', TIMESTAMP '2024-05-30 01:02:03')",
    "SELECT * FROM information_schema.columns WHERE table_schema = 'prod'",
    "SHOW TABLES IN prod",
    "DESCRIBE prod.numbers",
]
_COMPARISONS = ["=", "<", "<>", "IS NOT DISTINCT FROM"]
_OPERATORS = ["+", "-", "*", "/", "%", "||", "AND"]
_HOSTILE = [
    "getenv",
    "read_text",
    "read_csv",
    "read_parquet",
    "glob",
    "duckdb_settings",
    "query",
    "current_setting",
    "parquet_scan",
]
_WORDS = [
    "SELECT",
    "FROM",
    "WHERE",
    "WITH",
    "AS",
    "(",
    ")",
    ",",
    ".",
    ";",
    "*",
    "+",
    "-",
    "/",
    "=",
    "<",
    ">",
    "'",
    '"',
    "[",
    "]",
    "->",
    "::",
    "UNION",
    "JOIN",
    "ON",
    "LATERAL",
    "TABLE",
    "VALUES",
    "IN",
    "EXISTS",
    "NULL",
    "COPY",
    "TO",
    "ATTACH",
    "PRAGMA",
    "?",
    "$1",
    "@x",
    "--",
    "/*",
    "*/",
    "INTO",
    "OVER",
    "FILTER",
    "CAST",
]


class Grammar:
    """Statements from a small grammar; about a tenth of the tables and functions do not exist."""

    def __init__(self, random: Random, paths: list[str]) -> None:
        self.random, self.paths = random, paths
        self.names = sorted(NAMES)

    def statement(self) -> str:
        head = f"WITH c AS ({self.query(2)}) " if self.random.random() < 0.2 else ""
        return head + self.query(3)

    def query(self, depth: int) -> str:
        columns = ", ".join(self.expression(depth) for _ in range(self.random.randint(1, 3)))
        sql = f"SELECT {columns} FROM {self.table(depth)}"
        if self.random.random() < 0.4:
            sql += f" WHERE {self.expression(depth)} {self.random.choice(_COMPARISONS)} {self.expression(depth)}"
        if self.random.random() < 0.2:
            sql += " GROUP BY 1"
        if self.random.random() < 0.2:
            sql += f" ORDER BY 1 LIMIT {self.random.randint(0, 5)}"
        if depth and self.random.random() < 0.1:
            sql += f" {self.random.choice(['UNION', 'UNION ALL', 'EXCEPT'])} {self.query(0)}"
        return sql

    def table(self, depth: int) -> str:
        one = self.random.random()
        if one < 0.55:
            return self.random.choice(["prod.numbers", "ops.words", "prod.numbers t", "c", "ops.words AS w (a, b)"])
        if one < 0.65:
            return self.random.choice(
                [f"'{self.path()}'", f'"{self.path()}"', f"{self.random.choice(_HOSTILE)}('{self.path()}')"]
            )
        if one < 0.75:
            return f"UNNEST({self.expression(0)}, {self.expression(0)}) AS u (x, y)"
        if one < 0.9 and depth:
            return f"({self.query(depth - 1)}) AS s"
        return f"prod.numbers a {self.random.choice(['JOIN', 'LEFT JOIN', 'CROSS JOIN'])} ops.words b ON a.n = b.n"

    def expression(self, depth: int) -> str:
        one = self.random.random()
        if one < 0.45 or not depth:
            return self.random.choice(
                [
                    "n",
                    "half",
                    "dt",
                    "word",
                    "1",
                    "'x'",
                    "NULL",
                    "DATE '2024-05-30'",
                    "ARRAY[1, 2]",
                    f"'{self.path()}'",
                    "*",
                    "t.n",
                ]
            )
        if one < 0.8:
            name = self.random.choice(self.names) if self.random.random() < 0.85 else self.random.choice(_HOSTILE)
            inside = ", ".join(self.expression(depth - 1) for _ in range(self.random.randint(0, 3)))
            return f"{name}({inside})"
        if one < 0.9:
            return f"({self.expression(depth - 1)} {self.random.choice(_OPERATORS)} {self.expression(depth - 1)})"
        return f"({self.query(depth - 1)})"

    def path(self) -> str:
        return self.random.choice(self.paths)


class Valid:
    """Valid statements, which reach what is behind the fence."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def statement(self) -> str:
        if self.random.random() < 0.2:
            return f"WITH c AS ({self.query(2)}) SELECT a, count(*) FROM c WHERE a > {self.number(1, '')} GROUP BY a"
        return self.query(2)

    def query(self, depth: int) -> str:
        alias = f"t{self.random.randrange(3)}"
        columns = f"{self.number(depth, alias)} AS a, {self.text(depth, alias)} AS b"
        where = f" WHERE {self.number(depth, alias)} {self.random.choice('<>=')} {self.number(1, alias)}"
        return f"SELECT {columns} FROM {self.source(depth)} AS {alias}{where if self.random.random() < 0.6 else ''}"

    def source(self, depth: int) -> str:
        if depth and self.random.random() < 0.3:
            return f"(SELECT a AS n, b AS word FROM ({self.query(depth - 1)}) AS q)"
        return self.random.choice(["(SELECT n, CAST(dt AS varchar) AS word FROM prod.numbers)", "ops.words"])

    def number(self, depth: int, alias: str) -> str:
        one, inner = self.random.random(), depth - 1
        if not depth or one < 0.3:
            return self.random.choice([f"{alias}.n" if alias else "2", "1", "7", "NULL", "-3"])
        if one < 0.5:
            operator = self.random.choice("+-*")
            return f"({self.number(inner, alias)} {operator} {self.number(inner, alias)})"
        if one < 0.8:
            function = self.random.choice(["abs", "sign", "coalesce", "greatest", "least"])
            return f"{function}({self.number(inner, alias)})"
        if one < 0.9:
            return f"length({self.text(inner, alias)})"
        return "(SELECT max(n) FROM prod.numbers WHERE dt = DATE '2024-05-30')"

    def text(self, depth: int, alias: str) -> str:
        one, inner = self.random.random(), depth - 1
        if not depth or one < 0.4:
            return self.random.choice([f"{alias}.word" if alias else "'w'", "'x'", "'it''s'"])
        function = self.random.choice(["upper", "lower", "trim", "reverse", "concat"])
        return f"{function}({self.text(inner, alias)}{', ' + self.text(inner, alias) if function == 'concat' else ''})"


class Mutation:
    """Known statements whose tokens are removed, repeated, replaced and mixed with those of others."""

    def __init__(self, random: Random, corpus: list[str]) -> None:
        self.random, self.corpus = random, corpus

    def statement(self) -> str:
        tokens = _TOKEN.findall(self.random.choice(self.corpus))
        for _ in range(self.random.randint(1, 4)):
            at = self.random.randrange(len(tokens) + 1)
            match self.random.randrange(5):
                case 0:
                    del tokens[at : at + self.random.randint(1, 3)]
                case 1:
                    tokens[at:at] = [f" {self.random.choice(_WORDS)} "]
                case 2:
                    tokens[at:at] = tokens[at : at + 4]
                case 3:
                    other = _TOKEN.findall(self.random.choice(self.corpus))
                    start = self.random.randrange(len(other))
                    tokens[at:at] = other[start : start + self.random.randint(1, 12)]
                case _:
                    other = _TOKEN.findall(self.random.choice(self.corpus))
                    tokens = tokens[:at] + other[self.random.randrange(len(other)) :]
            tokens = tokens[:400] or ["SELECT"]
        return "".join(tokens)


@pytest.fixture(scope="module")
def fenced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Endpoint, Path, Path]]:
    folder = tmp_path_factory.mktemp("fuzz")
    lake, outside = SmallLake(folder / "lake"), folder / "outside"
    lake.write()
    write_secrets(lake.folder, outside)
    with endpoint_over(
        lake, QueryLimits(parallel=4, seconds=3.0, memory="100MB", result_bytes=8 * 1024 * 1024)
    ) as endpoint:
        yield endpoint, lake.folder, outside


def statements(lake: Path, outside: Path) -> Iterator[str]:
    random = Random(SEED)
    paths = [f"{folder}/secret.{form}" for folder in (lake, outside) for form in ("csv", "json", "txt", "parquet")]
    corpus = [each.replace("{lake}", str(lake)).replace("{outside}", str(outside)) for each in ESCAPES] + _HARMLESS * 8
    makers: list[Grammar | Mutation | Valid] = [Grammar(random, paths), Mutation(random, corpus), Valid(random)]
    for number in range(STATEMENTS):
        yield makers[number % len(makers)].statement()


def test_no_statement_escapes(fenced: tuple[Endpoint, Path, Path]) -> None:
    endpoint, lake, outside = fenced
    before, states, started = files(lake, outside), Counter[str](), []
    shapes: set[str] = set()
    for sql in statements(lake, outside):
        try:
            started.append((sql, endpoint.answer("StartQueryExecution", {"QueryString": sql})["QueryExecutionId"]))
        except RequestRefused as error:
            states["REFUSED"] += 1
            shapes.add(error.shape)
        if len(started) >= BATCH:
            _check(endpoint, started, states)
    _check(endpoint, started, states)
    assert files(lake, outside) == before
    assert shapes == {"InvalidRequestException"}
    assert states["SUCCEEDED"] > STATEMENTS / 10, states  # the fuzzer must not only make errors
    assert outcome(endpoint, "SELECT count(*) AS c FROM prod.numbers")[2] == [["c"], ["10"]]  # still alive and correct


def _check(endpoint: Endpoint, started: list[tuple[str, str]], states: Counter[str]) -> None:
    for sql, id_ in started:
        state, reason, rows = outcome_of(endpoint, id_)
        states[state] += 1
        assert state in ("SUCCEEDED", "FAILED"), (sql, state)
        assert not reason.startswith("GENERIC_INTERNAL_ERROR"), (sql, reason)
        found = [text for row in rows for text in row if text and CANARY in text]
        assert not found, (sql, found)
    started.clear()
