"""How a rule file is refused: always with the file, line, column, and what would have been right."""

from __future__ import annotations

from collections.abc import Iterable

from millrace.errors import DefinitionError
from millrace.glue_workflow.quality.language.model import TextPosition


def refusal(
    file: str, position: TextPosition, what: str, *, known: Iterable[str] = (), hint: str = ""
) -> DefinitionError:
    """The error for something at `position`; `known` is listed as what there is."""
    listed = ", ".join(known)
    parts = [f"Known: {listed}." if listed else "", hint]
    where = f"{file}, line {position.line}, column {position.column}"
    return DefinitionError(f"{where}: {what}.", hint=" ".join(part for part in parts if part))
