"""The stack of a stage, synthesised from a project."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from millrace.errors import SettingError, UsageError
from millrace.infra.project.project import Project
from millrace.infra.stages.reading import read_stage
from millrace.output_file import whole_file

if TYPE_CHECKING:
    from millrace.infra.judges.judging import Judgement
    from millrace.infra.packaging.artefacts import BuiltArtefact
    from millrace.infra.packaging.distributions import Fetch
    from millrace.infra.stack.deployment import StackDefinitions
    from millrace.infra.stack.packaged.artefacts import Artefacts
    from millrace.infra.stack.packaged.release import Release
    from millrace.infra.stack.template import SynthesisedStack
    from millrace.infra.stages.stage import Stage

TEMPLATE = "template.json"
_WHEELS = Path(".cache") / "millrace" / "wheels"  # below the home folder


@dataclass(frozen=True)
class WrittenStack:
    """A template and the packaged code beside it, as files. `notes`: what to know about them, a line each."""

    stack: SynthesisedStack
    files: tuple[Path, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class PackagedStack:
    """A template whose parameters name the packaged code, and the code. `notes`: what to know about it, a line each."""

    stack: SynthesisedStack
    release: Release
    artefacts: tuple[BuiltArtefact, ...]
    notes: tuple[str, ...]


def synthesised(project: Project, stage: str) -> SynthesisedStack:
    """The template alone, whose parameters name the packaged code.

    Raises UnknownName for a stage, DefinitionError for a file or for definitions that AWS cannot take, SettingError
    without troposphere.
    """
    return stack_of(project, read_stage(stage, project.folder))


def judged(stack: SynthesisedStack) -> Iterator[Judgement]:
    """What each judge that is installed here objects to."""
    from millrace.infra.judges.judging import judgements

    return judgements(stack.content, stack.region)


def write_stack(project: Project, stage: str, folder: Path, fetch: Fetch | None = None) -> WrittenStack:
    """The template and the packaged code, in a folder that is made where it is missing. `fetch` gets the wheels.

    Raises as `synthesised` does, and UsageError for what cannot be packaged or written.
    """
    found = read_stage(stage, project.folder)
    named = _parameters(project, found)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot write {folder}: {error.strerror}.", hint="Choose another place.") from None
    made = _packaged(project, found, named, fetch)
    stack = made.stack
    packaged = [one.write(folder) for one in made.artefacts]
    beside = {**stack.files, made.release.file: made.release.content.decode()}
    texts = {**beside, TEMPLATE: stack.text}  # the template last: where it is, all that it names is
    for name, text in texts.items():
        with whole_file(folder / name) as meanwhile:
            meanwhile.write_text(text, encoding="utf-8")
    files = (folder / TEMPLATE, *packaged, *(folder / name for name in beside))
    return WrittenStack(stack, files, made.notes)


def packaged_stack(project: Project, stage: Stage, fetch: Fetch | None = None) -> PackagedStack:
    """The template and the packaged code. `fetch` gets the wheels. Raises as `write_stack` does."""
    return _packaged(project, stage, _parameters(project, stage), fetch)


def _parameters(project: Project, stage: Stage) -> Container[str]:
    """The template's, by name: what AWS cannot take is refused here, before anything is built."""
    parameters: Container[str] = stack_of(project, stage).content["Parameters"]
    return parameters


def _packaged(project: Project, stage: Stage, named: Container[str], fetch: Fetch | None) -> PackagedStack:
    from millrace.infra.packaging.distributions import PipWheels
    from millrace.infra.stack.deployment import StackDefinitions
    from millrace.infra.stack.packaged.release import Release

    built = _built(project, stage, named, fetch or PipWheels(Path.home() / _WHEELS))
    definitions = StackDefinitions.of(project)
    release = Release.of(definitions, stage, {name: one.file for name, one in built.items()})
    stack = stack_from(definitions, stage, release.named())
    zipped, python = built["poll_zip"], stage.ingest.python
    note = f"{zipped.file} is not compiled, so each cold start takes longer: there is no python{python} here"
    return PackagedStack(stack, release, tuple(built.values()), () if zipped.is_compiled else (note,))


def _built(project: Project, stage: Stage, named: Container[str], fetch: Fetch) -> dict[str, BuiltArtefact]:
    """The artefacts that the stage's template refers to, by their names in `Artefacts`. `named`: its parameters."""
    from millrace.infra.packaging.artefacts import glue_script, glue_target, job_zip, poll_zip, wheels_zip
    from millrace.infra.packaging.distributions import PackageTarget

    functions = PackageTarget(stage.ingest.python, stage.ingest.architecture)
    built = {"poll_zip": poll_zip(project, functions, fetch)}
    if "JobZip" in named:
        built["job_zip"] = job_zip(project, functions, fetch)
    if "WheelsZip" in named:
        built["wheels_zip"] = wheels_zip(project, glue_target(stage.workflow.glue_version), fetch)
        built["glue_script"] = glue_script()
    return built


def stack_of(project: Project, stage: Stage) -> SynthesisedStack:
    """The template of a stage that has been read. Raises DefinitionError, and SettingError without troposphere."""
    with_troposphere()
    from millrace.infra.stack.deployment import StackDefinitions
    from millrace.infra.stack.packaged.artefacts import Artefacts

    return stack_from(StackDefinitions.of(project), stage, Artefacts())


def stack_from(definitions: StackDefinitions, stage: Stage, artefacts: Artefacts) -> SynthesisedStack:
    """The template of a stage from what it needs of a project, and the packaged code. Raises DefinitionError."""
    from millrace.infra.stack.deployment import Deployment
    from millrace.infra.stack.template import synthesise

    return synthesise(Deployment(stage, definitions, artefacts))


def with_troposphere() -> None:
    """Raises SettingError where the library of templates is not installed."""
    try:
        import troposphere  # noqa: F401 - whether it is installed
    except ImportError:
        hint = "pip install 'millrace[aws]'"
        raise SettingError("a template needs troposphere, which is not installed.", hint=hint) from None


def read_template(file: Path) -> Mapping[str, Any]:
    """A template from a file. Raises UsageError for a file that is none."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read {file}: {error}.", hint="Name a template in JSON, as synth writes it.") from None
    if not (_is_table(content) and _is_table(content.get("Resources"))):
        raise UsageError(f"{file} is no template: it has no Resources.", hint="Name one that synth wrote.")
    for title, one in content["Resources"].items():
        if not (_is_table(one) and isinstance(one.get("Type"), str) and _is_table(one.get("Properties", {}))):
            raise UsageError(f"{file}: {title} is no resource.", hint="Give a Type and, as a table, its Properties.")
    return content


def _is_table(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)
