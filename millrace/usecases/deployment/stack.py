"""The stack of a stage, synthesised from a project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from millrace.errors import SettingError, UsageError
from millrace.infra.project.project import Project
from millrace.infra.stages.reading import read_stage
from millrace.output_file import whole_file

if TYPE_CHECKING:
    from millrace.infra.stack.template import SynthesisedStack

TEMPLATE = "template.json"


def synthesised(project: Project, stage: str) -> SynthesisedStack:
    """Raises UnknownName for a stage, DefinitionError for a file or for definitions that AWS cannot take, SettingError
    without troposphere.
    """
    found = read_stage(stage, project.folder)
    try:
        import troposphere  # noqa: F401 - whether it is installed
    except ImportError:
        hint = "pip install 'millrace[aws]'"
        raise SettingError("a template needs troposphere, which is not installed.", hint=hint) from None
    from millrace.infra.stack.deployment import Deployment, StackDefinitions
    from millrace.infra.stack.template import synthesise

    return synthesise(Deployment(found, StackDefinitions.of(project)))


def write_template(stack: SynthesisedStack, folder: Path) -> Path:
    """Writes the template into a folder, which is made where it is missing. Raises UsageError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make {folder}: {error.strerror}.", hint="Choose another place.") from None
    with whole_file(folder / TEMPLATE) as meanwhile:
        meanwhile.write_text(stack.text, encoding="utf-8")
    return folder / TEMPLATE
