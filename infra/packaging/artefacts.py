"""The artefacts of a project: what is built, and written as files named by their hash."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from millrace import __version__
from millrace.infra.packaging.bytecode import compiled, interpreter_of
from millrace.infra.packaging.contents import GLUE, JOB, POLL, ZipContent, files_of, own_files, trace_of
from millrace.infra.packaging.distributions import Fetch, PackageTarget, distributions_of
from millrace.infra.packaging.imports import module_file
from millrace.infra.packaging.reproducible import named_by_hash, zipped
from millrace.infra.packaging.wheel import pure_wheel
from millrace.infra.project.project import Project
from millrace.output_file import whole_file


@dataclass(frozen=True)
class BuiltArtefact:
    """`unpacked`: bytes; `is_compiled`: whether it has compiled modules, without which a cold start takes four times
    as long.
    """

    file: str
    content: bytes
    unpacked: int
    is_compiled: bool

    def write(self, folder: Path) -> Path:
        """The file in an existing folder; one of the same name has the same bytes. Raises UsageError."""
        target = folder / self.file
        with whole_file(target) as meanwhile:
            meanwhile.write_bytes(self.content)
        return target


def function_zip(
    content: ZipContent,
    project: Project,
    target: PackageTarget,
    fetch: Fetch,
    *,
    find_interpreter: Callable[[str], str | None] = interpreter_of,
) -> BuiltArtefact:
    """The zip of a Lambda function. Raises DefinitionError and UsageError for what cannot be packaged."""
    files: Mapping[str, bytes] = files_of(content, project, target, fetch)
    interpreter = find_interpreter(target.python)
    if interpreter:
        files = {**files, **compiled(files, interpreter)}
    made = zipped(files)
    unpacked = sum(map(len, files.values()))
    return BuiltArtefact(named_by_hash(content.name, ".zip", made), made, unpacked, interpreter is not None)


def poll_zip(project: Project, target: PackageTarget, fetch: Fetch) -> BuiltArtefact:
    """The zip of the function that polls; one for all sources."""
    return function_zip(POLL, project, target, fetch)


def job_zip(project: Project, target: PackageTarget, fetch: Fetch) -> BuiltArtefact:
    """The zip of the functions that make the calls of runs, on Athena, and that do duties; one for all workflows."""
    return function_zip(JOB, project, target, fetch)


def glue_target(version: str) -> PackageTarget:
    """What jobs of this version of Glue run on: the Python of Glue 6.0 or 5.1."""
    return PackageTarget({"6.0": "3.13", "5.1": "3.11"}[version], "x86_64")


def wheels_zip(project: Project, target: PackageTarget, fetch: Fetch) -> BuiltArtefact:
    """The wheels that a Glue job installs without an index: a zip of wheels, in the form that Glue demands.

    Its name must end with `.gluewheels.zip`, and `wheels/requirements.txt` names what is to be installed (Glue's
    developer guide, "Using Python libraries", appendix A).
    """
    trace = trace_of(GLUE, project)
    wanted = distributions_of(trace.others)
    name, content = pure_wheel("millrace", __version__, own_files(GLUE, project, trace))
    wheels = {name: content} | {wheel.name: wheel.read_bytes() for wheel in fetch(wanted, target)}
    lines = [f"millrace=={__version__}", *(f"{one.name}=={one.version}" for one in wanted)]
    files = {f"wheels/{path}": content for path, content in wheels.items()}
    files["wheels/requirements.txt"] = "".join(f"{line}\n" for line in lines).encode()
    made = zipped(files, compressed=False)
    return BuiltArtefact(named_by_hash(GLUE.name, ".gluewheels.zip", made), made, sum(map(len, files.values())), False)


def glue_script() -> BuiltArtefact:
    """What a Glue job starts; all that it imports is in the wheels."""
    [entry] = GLUE.entries
    file = module_file(entry)
    assert file is not None
    content = file.read_bytes()
    return BuiltArtefact(named_by_hash(file.stem, ".py", content), content, len(content), False)
