"""The error for a rule file that is refused: it names file, line and column, and what would be right."""

from __future__ import annotations

from collections.abc import Iterable

from millrace.errors import DefinitionError
from millrace.glue_workflow.quality.language.model import TextPosition


def refusal(
    file: str, position: TextPosition, what: str, *, known: Iterable[str] = (), hint: str = ""
) -> DefinitionError:
    """The error for what is at `position`. `known` is listed as the values that are allowed there."""
    listed = ", ".join(known)
    parts = [f"Known: {listed}." if listed else "", hint]
    where = f"{file}, line {position.line}, column {position.column}"
    return DefinitionError(f"{where}: {what}.", hint=" ".join(part for part in parts if part))
