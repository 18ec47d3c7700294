from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from millrace.athena_sql.engines.duckdb.table_data import MAX_RECORD_BYTES
from millrace.errors import DefinitionError, UnknownName
from millrace.ingestors.ports import MAX_BODY_BYTES, Source
from millrace.ingestors.registry import names, source, sources

GOOD = """
from dataclasses import replace
from millrace.ingestors.sources.taxi_availability import SOURCE as TAXIS
SOURCE = replace(TAXIS, name={name!r}, schedule={schedule!r})
"""

MakePackage = Callable[[dict[str, str]], ModuleType]


@pytest.fixture
def package(tmp_path: Path) -> Iterator[MakePackage]:
    def make(files: dict[str, str]) -> ModuleType:
        folder = tmp_path / "sources_of_a_test"
        folder.mkdir()
        for name, text in {"__init__": "", **files}.items():
            (folder / f"{name}.py").write_text(text)
        importlib.invalidate_caches()
        return importlib.import_module(folder.name)

    sys.path.insert(0, str(tmp_path))
    yield make
    sys.path.remove(str(tmp_path))
    for name in [name for name in sys.modules if name.startswith("sources_of_a_test")]:
        del sys.modules[name]


def good(name: str, schedule: str = "rate(1 minute)") -> str:
    return GOOD.format(name=name, schedule=schedule)


def test_the_sources_are_found() -> None:
    found = sources()
    assert list(found) == names() == ["rainfall", "taxi_availability"]
    assert all(isinstance(one, Source) and one.name == name for name, one in found.items())


@pytest.mark.parametrize("limit", [0, -1, MAX_BODY_BYTES + 1, 10**12])
def test_a_body_limit_beyond_what_the_engines_read_is_refused(package: MakePackage, limit: int) -> None:
    assert MAX_BODY_BYTES + 64 * 1024 < MAX_RECORD_BYTES
    text = f"{good('rain')}\nSOURCE = replace(SOURCE, origin=replace(SOURCE.origin, body_limit={limit}))\n"
    with pytest.raises(DefinitionError, match=r"rain.py.*body_limit.*15728640 at most"):
        source("rain", package({"rain": text}))


def test_an_unknown_source_lists_the_known_ones() -> None:
    with pytest.raises(UnknownName, match=r"unknown source 'taxis'.*Choose one of: rainfall, taxi_availability"):
        source("taxis")


def test_a_file_is_all_that_a_new_source_needs(package: MakePackage) -> None:
    found = sources(package({"rain": good("rain", "rate(5 minutes)"), "wind": good("wind"), "_draft": "oops ="}))
    assert list(found) == ["rain", "wind"]
    assert found["rain"].interval.total_seconds() == 300


def test_only_the_source_that_is_asked_for_is_imported(package: MakePackage) -> None:
    of = package({"rain": good("rain"), "broken": "raise RuntimeError('imported')"})
    assert names(of) == ["broken", "rain"]
    assert source("rain", of).name == "rain"


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("rain", "", "has no SOURCE"),
        ("rain", "SOURCE = 'rain'", "has no SOURCE"),
        ("rain", good("wind"), "defines the source 'wind'"),
        ("polls", good("polls"), "reserved name"),
        ("rain", good("rain", "now and then"), "cannot read the schedule"),
        ("rain", good("rain", "cron(0 8 30 2 ? *)"), "never comes again"),
        ("rain", good("rain", "cron(0 8 * * ? 2020)"), "never comes again"),
        (
            "rain",
            good("rain")
            + 'SOURCE = replace(SOURCE, origin=replace(SOURCE.origin, url="http://user:s3cret@feed.example/"))',
            r"user or a password in its address\. Move the address to the setting MILLRACE_SOURCE_RAIN_URL\.$",
        ),
        (
            "rain",
            good("rain") + 'SOURCE = replace(SOURCE, origin="http://feed.example/")',
            r"rain\.py has the origin 'http://feed\.example/'\. Give one of: HttpFeed, FileDrop, DatabaseQuery",
        ),
    ],
)
def test_an_ill_defined_source_is_refused(package: MakePackage, name: str, text: str, complaint: str) -> None:
    of = package({name: text})
    with pytest.raises(DefinitionError, match=complaint):
        source(name, of)
