"""The artefacts of a project: what is built, and written as files named by their hash."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from millrace.infra.packaging.bytecode import compiled, interpreter_of
from millrace.infra.packaging.contents import JOB, POLL, ZipContent, files_of
from millrace.infra.packaging.distributions import Fetch, PackageTarget
from millrace.infra.packaging.reproducible import named_by_hash, zipped
from millrace.infra.project.project import Project


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
        """The file; one of the same name has the same bytes."""
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / self.file
        target.write_bytes(self.content)
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
    """The zip of the function that makes the calls of runs, on Athena; one for all workflows."""
    return function_zip(JOB, project, target, fetch)
