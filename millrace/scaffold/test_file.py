"""The tests of a new source: the standard ones, declared on its recorded response."""

from __future__ import annotations

from millrace.scaffold.findings import Findings
from millrace.scaffold.schema_text import python_text

_TEXT = """{doc}

from millrace.testing import SourceTests


class Test{name}(SourceTests):
    source = {source}
    responses = ({response},)
"""


def test_text(found: Findings) -> str:
    return _TEXT.format(
        doc=f'"""Standard tests of the source {found.name}, on a recorded response; tests of your own go here too."""',
        name="".join(word.capitalize() for word in found.name.split("_")),
        source=python_text(found.name),
        response=python_text(f"responses/{found.name}.json"),
    )
