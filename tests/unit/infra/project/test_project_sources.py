"""The sources of a project: one file each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from millrace.athena_sql.engines.duckdb.table_data import MAX_RECORD_BYTES
from millrace.errors import DefinitionError, UnknownName
from millrace.infra.project.project import Project
from millrace.ingestors.ports import MAX_BODY_BYTES, Source
from tests.shipped import PROJECT
from tests.unit.infra.project.project_files import project
from tests.unit.infra.project.project_files import source as good


def with_sources(root: Path, files: Mapping[str, str]) -> Project:
    return project(root, {f"sources/{name}.py": text for name, text in files.items()})


def test_the_shipped_sources_are_found() -> None:
    found = PROJECT.sources
    assert list(found) == PROJECT.source_names == ["rainfall", "taxi_availability"]
    assert all(isinstance(one, Source) and one.name == name for name, one in found.items())


@pytest.mark.parametrize("limit", [0, -1, MAX_BODY_BYTES + 1, 10**12])
def test_a_body_limit_beyond_what_the_engines_read_is_refused(tmp_path: Path, limit: int) -> None:
    assert MAX_BODY_BYTES + 64 * 1024 < MAX_RECORD_BYTES
    text = f"{good('rain')}\nSOURCE = replace(SOURCE, origin=replace(SOURCE.origin, body_limit={limit}))\n"
    with pytest.raises(DefinitionError, match=r"rain.py.*body_limit.*15728640 at most"):
        with_sources(tmp_path, {"rain": text}).source("rain")


def test_an_unknown_source_lists_the_known_ones() -> None:
    with pytest.raises(UnknownName, match=r"unknown source 'taxis'.*Choose one of: rainfall, taxi_availability"):
        PROJECT.source("taxis")


def test_a_file_is_all_that_a_new_source_needs(tmp_path: Path) -> None:
    found = with_sources(
        tmp_path, {"rain": good("rain", "rate(5 minutes)"), "wind": good("wind"), "_draft": "oops ="}
    ).sources
    assert list(found) == ["rain", "wind"]
    assert found["rain"].interval.total_seconds() == 300


def test_only_the_source_that_is_asked_for_is_imported(tmp_path: Path) -> None:
    of = with_sources(tmp_path, {"rain": good("rain"), "broken": "raise RuntimeError('imported')"})
    assert of.source_names == ["broken", "rain"]
    assert of.source("rain").name == "rain"
    assert of.problems == []


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("rain", "", "has no SOURCE"),
        ("rain", "SOURCE = 'rain'", "has no SOURCE"),
        ("rain", good("wind"), "defines the source 'wind'"),
        ("polls", good("polls"), "reserved name"),
        ("drop", good("drop"), r"drop\.py has a name that SQL cannot read: raw\.drop"),
        ("Rain", good("Rain"), r"Rain\.py has a name that SQL cannot read"),
        ("rain-now", good("rain-now"), r"rain-now\.py has a name that SQL cannot read"),
        ("rain", "import sys\nsys.exit()", r"rain\.py, line 2: it ends Python: SystemExit\(None\)"),
        ("rain", "\nraise SystemExit(3)", r"rain\.py, line 2: it ends Python: SystemExit\(3\)"),
        ("rain", "oops =", r"rain\.py, line 1: invalid syntax\. Correct the file there"),
        ("rain", "\nexec('1 +')", r"rain\.py, line 2: <string>, line 1: invalid syntax"),
        ("rain", "\nopen('/no/stations.json')", r"rain\.py, line 2: FileNotFoundError: .*stations\.json"),
        ("rain", "\nb'\\xff'.decode()", r"rain\.py, line 2: UnicodeDecodeError: 'utf-8' codec can't decode"),
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
def test_an_ill_defined_source_is_refused_and_the_others_are_there(
    tmp_path: Path, name: str, text: str, complaint: str
) -> None:
    of = with_sources(tmp_path, {name: text, "wind": good("wind")})
    with pytest.raises(DefinitionError, match=complaint):
        of.source(name)
    assert list(of.sources) == ["wind"]
    assert [one.file for one in of.problems] == [tmp_path / "sources" / f"{name}.py"]


def test_a_file_that_cannot_be_loaded_is_named_with_the_line(tmp_path: Path) -> None:
    of = with_sources(tmp_path, {"rain": f"{good('rain')}\n1 / 0\n", "wind": "SOURCE = (\n"})
    with pytest.raises(DefinitionError, match=r"sources/rain\.py, line 6: ZeroDivisionError: division by zero"):
        of.source("rain")
    with pytest.raises(DefinitionError, match=r"sources/wind\.py, line 1: '\(' was never closed"):
        of.source("wind")


def test_a_source_may_import_what_is_in_lib(tmp_path: Path) -> None:
    files = {"lib/of_this_project.py": "EVERY = 'rate(7 minutes)'", "sources/rain.py": _WITH_LIB}
    assert project(tmp_path, files).source("rain").schedule == "rate(7 minutes)"


_WITH_LIB = good("rain") + "from of_this_project import EVERY\nSOURCE = replace(SOURCE, schedule=EVERY)\n"


def test_an_error_of_a_shared_module_is_at_the_line_that_needs_it(tmp_path: Path) -> None:
    files = {"sources/rain.py": f"\nimport rain_words\n{good('rain')}", "lib/rain_words.py": "\n\n1 +\n"}
    with pytest.raises(
        DefinitionError, match=r"sources/rain\.py, line 2: .*lib/rain_words\.py, line 3: invalid syntax"
    ):
        project(tmp_path, files).source("rain")


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    of = with_sources(tmp_path, {"rain": ""})
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "q.sql").write_bytes(b"-- \xff\n")
    of = Project.find(tmp_path)
    assert of.queries() != []
    assert [problem.message for problem in of.problems] == ["it is not UTF-8 text."]
