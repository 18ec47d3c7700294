"""What `read_payload` accepts, every reader reads equally: msgspec, Python's json, and DuckDB over a raw object."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from millrace.athena_sql.engines.duckdb.table_data import reader
from millrace.athena_sql.portability.dialect import ATHENA
from millrace.athena_sql.ports import RawData
from millrace.athena_sql.statements.payload_projection import PayloadPart
from millrace.errors import PayloadRejected
from millrace.firehose.envelope import Snapshot, from_line, to_record
from millrace.ingestors.polling.json_rule import DEEPEST, MAX_NAME_LENGTH, MAX_NUMBER_LENGTH
from millrace.ingestors.polling.payload import read_payload
from millrace.ingestors.sources.taxi_availability import SOURCE, Taxis
from millrace.schema_drift import undeclared_fields
from tests.unit.ingestors.fakes import NOW, body

_CONNECTION = duckdb.connect()
COORDINATES = PayloadPart(
    ("features", 0, "geometry", "coordinates"), exp.DataType.build("ARRAY(ARRAY(DOUBLE))", dialect=ATHENA)
)
TOO_LONG = "9" * (MAX_NUMBER_LENGTH + 1)
LEVELS = 4  # of a taxi body, around a field of `properties`


def with_field(text: str, name: str = '"extra"') -> bytes:
    """A good body with a field that the schema does not declare."""
    return body(extra=0).replace(b'"extra": 0', f"{name}: {text}".encode())


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


@pytest.mark.parametrize(
    ("payload", "code", "words"),
    [
        (body().replace(b'"coordinates":', b'"coordinates": [], "coordinates":'), "duplicate_name", "'coordinates'"),
        (with_field('{"a": 1, "b": {}, "a": 2}'), "duplicate_name", "'a'"),
        (with_field(r'[[1, 2], {"a": 1, "\u0061": 2}]'), "duplicate_name", "'a'"),
        (with_field('{"[1]": 1, "[2]": 2, "[2]": 3}'), "duplicate_name", r"'\[2\]'"),
        (with_field(nested(DEEPEST - LEVELS + 1)), "too_deep", "more than 100 levels"),
        (with_field(nested(5000)), "too_deep", "more than 100 levels"),
        (with_field('{"a":' * 97 + "1" + "}" * 97), "too_deep", "more than 100 levels"),
        (with_field('["]"' + ',["]"' * 98 + "]" * 99), "too_deep", "more than 100 levels"),
        (with_field(TOO_LONG), "number_too_long", "1000 characters"),
        (with_field("0." + TOO_LONG), "number_too_long", "1000 characters"),
        (with_field(r'"a\u0000b"'), "nul_character", "NUL"),
        (with_field(r'"\\\u0000"'), "nul_character", "NUL"),
        (with_field("1", r'"\u0000"'), "nul_character", "NUL"),
        (with_field(r'"\udc00"'), "not_json", "lone surrogate"),
        (with_field("1", r'"\ud800"'), "not_json", "lone surrogate"),
        (with_field("1", f'"{"n" * (MAX_NAME_LENGTH + 1)}"'), "name_too_long", "50000"),
    ],
)
def test_what_readers_differ_on_is_rejected_by_its_code(payload: bytes, code: str, words: str) -> None:
    with pytest.raises(PayloadRejected, match=words) as caught:
        read_payload(SOURCE, payload, NOW)
    assert caught.value.code == code


ACCEPTED = [
    "9085e20999",
    "-9085e20999",
    "1e-99999",
    "9" * MAX_NUMBER_LENGTH,
    "-0",
    nested(DEEPEST - LEVELS),
    '["]", ["]", ["["]]]',
    r'"\\u0000"',
    r'"\ud83d\ude00 \"[{"',
    '{"A": 1, "a": 2}',
    '{"[1]": 1, "[2]": 2}',
    '[[1, 2], [3, {"a": 1}], {"a": 2}]',
    '{"": 1}',
    f'"{"9" * 2000}"',
    f'"{"n" * (MAX_NAME_LENGTH + 1)}"',
]


@pytest.mark.parametrize("text", ACCEPTED, ids=lambda text: text[:20])
def test_what_no_statement_reads_stops_nothing(text: str, tmp_path: Path) -> None:
    assert accepted(with_field(text), tmp_path)
    assert undeclared_fields(Taxis, with_field(text)) == ("$.features[].properties.extra",)


strings = st.lists(
    st.text(max_size=3).map(lambda text: json.dumps(text, ensure_ascii=False)[1:-1].encode(errors="ignore").decode())
    | st.sampled_from(
        [r"\ud83d\ude00", r"\ud800", r"\udc00", r"\u0000", r"\\u0000", r"\"", "[1]", "{", "]", "\\", "\t", "\x00"]
    ),
    max_size=3,
).map(lambda parts: f'"{"".join(parts)}"')
numbers = st.from_regex(r"\A-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,25})?([eE][-+]?[0-9]{1,5})?\Z", fullmatch=True).map(str)
odd = st.sampled_from(["NaN", "-Infinity", "1.", ".5", "01", "+1", "", "tru", "[1,]", "/**/1", TOO_LONG, nested(200)])
names = st.sampled_from(['"a"', '"b"', r'"\u0061"', '"A"', '"[1]"']) | strings
texts = st.recursive(
    strings | numbers | st.sampled_from(["true", "null", "[]", "{}"]) | odd,
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda items: f"[{', '.join(items)}]")
        | st.lists(st.tuples(names, inner), max_size=4).map(
            lambda pairs: f"{{{','.join(f'{name}:{value}' for name, value in pairs)}}}"
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(texts, names)
@example("9085e20999", '"host_id"')
@example("[]", '"taxi_count"')
def test_what_is_accepted_reads_equally_everywhere(folder: Callable[[], Path], text: str, name: str) -> None:
    accepted(with_field(text, name), folder())


@settings(max_examples=60, deadline=None)
@given(numbers | odd)
@example("9" * 400)
@example("1e400")
def test_a_position_that_is_accepted_reads_equally_everywhere(folder: Callable[[], Path], number: str) -> None:
    accepted(body(30).replace(b"1.35]]", number.encode() + b"]]"), folder())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    return lambda: tmp_path_factory.mktemp("lake")


def accepted(payload: bytes, folder: Path) -> bool:
    """Whether the payload is accepted; if so, all readers are compared."""
    try:
        parsed = read_payload(SOURCE, payload, NOW)
    except PayloadRejected:
        return False
    value = plain(payload)
    line = to_record(Snapshot("t", SOURCE.timezone, NOW, parsed.observed_at, NOW, payload)).data
    assert plain(bytes(from_line(line).payload)) == value
    positions = value["features"][0]["geometry"]["coordinates"]
    typed = msgspec.json.decode(payload, type=Taxis).features[0].geometry.coordinates
    assert [[at.longitude, at.latitude] for at in typed] == positions
    assert in_duckdb(line, folder) == (value, positions, len(positions))
    return True


def plain(payload: bytes) -> Any:
    """As Python's json reads it; each number as a double."""
    return json.loads(payload, parse_int=float)


def in_duckdb(line: bytes, folder: Path) -> tuple[Any, Any, Any]:
    key = "raw/t/dt=2024-05-30/hour=12/one.json.gz"
    (folder / key).parent.mkdir(parents=True)
    (folder / key).write_bytes(gzip.compress(line, 1))
    data = RawData(str(folder), (key,))
    with _CONNECTION.cursor() as connection:
        length = "json_array_length(json_extract(payload, '$.features[0].geometry.coordinates'))"
        text, entities = connection.execute(f"SELECT payload, {length} FROM {reader(data)}").fetchall()[0]
        part = connection.execute(f"SELECT payload FROM {reader(data, COORDINATES)}").fetchall()[0][0]
    return plain(text.encode()), part, entities
