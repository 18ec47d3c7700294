"""Reading the documents: their blocks, and the commands in them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = (
    ROOT / "README.md",
    ROOT / "glue_workflow" / "quality" / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "examples").glob("*/README.md")),
)
SHELLS = ("sh", "bash", "console")
_FENCE = re.compile(r"^```(\w*)[ ]*([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INDENTED_COMMAND = re.compile(r"^    (?:\$ )?(?:millrace|make|git|docker) .*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, what else its first line says (such as a file), and its text."""

    language: str
    about: str
    text: str

    @property
    def added_to(self) -> str:
        """The file to whose end a reader adds it, if so."""
        return self.about.removeprefix("add=") if self.about.startswith("add=") else ""

    def commands(self) -> Iterator[str]:
        """One at a time, as they are typed: a line, or as many as its quotes and backslashes take."""
        waiting = ""
        for line in self.text.splitlines():
            waiting += line.removeprefix("$ ")
            try:
                words = shlex.split(waiting, comments=True)
            except ValueError:  # a quote is still open, or a backslash ends the line
                waiting += "\n"
                continue
            if words:
                yield waiting
            waiting = ""
        assert not waiting.strip(), f"a command that does not end: {waiting}"


def blocks(document: Path) -> list[Block]:
    return [Block(*found) for found in _FENCE.findall(document.read_text("utf-8"))]


def unfenced_commands(document: Path) -> list[str]:
    """Commands that are shown in another way, where no test would find them."""
    return _INDENTED_COMMAND.findall(_FENCE.sub("", document.read_text("utf-8")))
