"""The tests of a new source: the standard ones, declared on its recorded response."""

from __future__ import annotations

from millrace.scaffold.findings import Findings
from millrace.scaffold.schema_text import python_text

_STANDARD = """{doc}

from millrace.testing import SourceTests


class Test{name}(SourceTests):
    source = {source}
    responses = ({response},)
"""

# The standard tests move the times of a response, and know ISO 8601 and Unix time only.
_OF_ANOTHER_TIME = """{doc}

from datetime import UTC, datetime
from pathlib import Path

from millrace.infra.project.project import Project
from millrace.ingestors.polling.payload import read_payload

HERE = Path(__file__).parent


def test_the_recorded_response_is_a_snapshot() -> None:
    source = Project.find((HERE / {root}).resolve()).source({source})
    assert read_payload(source, (HERE / {response}).read_bytes(), datetime.now(UTC)).entities == {entities}
"""


def test_text(found: Findings, root: str) -> str:
    """`root`: the path of the project, from the folder of the tests."""
    text = _OF_ANOTHER_TIME if found.time.form.time_format else _STANDARD
    return text.format(
        doc=f'"""Tests of the source {found.name}, on a recorded response; tests of your own go here too."""',
        name="".join(word.capitalize() for word in found.name.split("_")),
        source=python_text(found.name),
        response=python_text(f"responses/{found.name}.json"),
        root=python_text(root),
        entities=len(found.entities),
    )
