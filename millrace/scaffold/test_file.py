"""The tests of a new source: its recorded response is a snapshot, and its pipeline is right."""

from __future__ import annotations

from millrace.scaffold.findings import Findings
from millrace.scaffold.schema_text import python_text

_TEXT = """{doc}

from datetime import UTC, datetime
from pathlib import Path

import pytest

from millrace.errors import PayloadRejected
from millrace.infra.project.project import Project
from millrace.ingestors.polling.payload import read_payload

HERE = Path(__file__).parent
PROJECT = Project.find(HERE)
SOURCE = PROJECT.source({name})
RESPONSE = (HERE / "responses" / {response}).read_bytes()


def test_the_recorded_response_is_a_snapshot() -> None:
    assert read_payload(SOURCE, RESPONSE, datetime.now(UTC)).entities == {entities}


@pytest.mark.parametrize("body", [b"", b"<html></html>", b'{{"message": "out of order"}}', RESPONSE[:-2]])
def test_anything_else_is_refused(body: bytes) -> None:
    with pytest.raises(PayloadRejected):
        read_payload(SOURCE, body, datetime.now(UTC))


def test_its_tables_are_built_by_its_workflow() -> None:
    assert {{{staging}, {prod}}} <= set(PROJECT.pipelines.workflows[{name}].tables)
    assert PROJECT.problems == []
"""


def test_text(found: Findings, root: str) -> str:
    """`root`: the path of the project, from the folder of the tests."""
    name = found.name
    return _TEXT.format(
        doc=f'"""Tests of the source {name}, by a response that was recorded; nothing is asked."""',
        name=python_text(name),
        response=python_text(f"{name}.json"),
        entities=len(found.entities),
        staging=python_text(f"staging.{name}"),
        prod=python_text(f"prod.{name}"),
    ).replace("Project.find(HERE)", f"Project.find((HERE / {python_text(root)}).resolve())")
