"""Workflows that make no tables, each from its definition file: in TOML (`composed_file`), or in Python with the whole
`WORKFLOW = Workflow(...)`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from millrace.errors import DefinitionError
from millrace.glue_workflow.job_parameters import KnownNames, file_of
from millrace.glue_workflow.pipelines import JobFile
from millrace.glue_workflow.workflow import Workflow
from millrace.infra.project.composed_file import ComposedFile
from millrace.project.problems import Problem, problem_of
from millrace.project.python_files import load_python

if TYPE_CHECKING:
    from millrace.athena_sql.statements.saved_queries import SavedQuery


def composing(files: Mapping[str, Path], lib: Path) -> dict[str, Path]:
    """Those of the definition files that compose a workflow, and override no derived one."""
    return {name: file for name, file in files.items() if _composes(file, lib)}


def _composes(file: Path, lib: Path) -> bool:
    """A file that cannot be read is taken for one that overrides."""
    try:
        if file.suffix == ".py":
            return type(getattr(load_python(file, lib), "WORKFLOW", None)) is Workflow
        jobs = tomllib.loads(file.read_text(encoding="utf-8")).get("jobs")
    except Exception:  # noqa: BLE001 - whoever reads it for what it says tells what is wrong
        return False
    return isinstance(jobs, dict) and any(isinstance(one, dict) and "kind" in one for one in jobs.values())


@dataclass(frozen=True)
class ComposedAssembly:
    """What composed workflows are made from. `files`: their definitions; `job_files`, `datasets`, `queries`: what jobs
    may name. `note` is told each problem.
    """

    files: Mapping[str, Path]
    lib: Path
    job_files: Mapping[str, JobFile]
    datasets: Collection[str]
    queries: Mapping[str, SavedQuery]
    note: Callable[[Problem], Problem]

    def assemble(self, taken: Container[str], *, whole: bool) -> tuple[dict[str, Workflow], dict[str, Problem]]:
        """The workflows by name, and the problems of others. `taken`: the names of workflows that make tables; `whole`:
        whether all of those can be used.
        """
        found: dict[str, Workflow] = {}
        broken: dict[str, Problem] = {}
        for name, file in self.files.items():
            try:
                if name in taken:
                    hint = "Rename the file: a workflow that is derived from tables has jobs of its own."
                    raise DefinitionError(f"the tables of the source {name} have a workflow of this name.", hint=hint)
                found[name] = self._composed(file)
            except Exception as error:  # noqa: BLE001 - a file of a project is a program of its own: any error can come
                broken[name] = self.note(problem_of(name, file, error))
        if whole and not broken:  # one that is broken might be the one that calls a file
            self._note_idle_job_files(found.values())
        return found, broken

    def _composed(self, file: Path) -> Workflow:
        """Raises DefinitionError with the line, and whatever a Python file raises."""
        if file.suffix == ".py":
            made: Workflow = load_python(file, self.lib).WORKFLOW
            if made.name != file.stem:
                hint = f"Set name={file.stem!r} in it, or rename the file."
                raise DefinitionError(f"it defines the workflow {made.name!r}.", hint=hint)
            return made
        known = KnownNames(self.datasets, {name: one.defaults for name, one in self.queries.items()})
        return ComposedFile(file.stem, file.read_text(encoding="utf-8"), self.job_files, known).workflow()

    def _note_idle_job_files(self, workflows: Iterable[Workflow]) -> None:
        """A job file that no workflow calls was perhaps meant to make a table."""
        called = {file_of(job) for workflow in workflows for job in workflow.jobs}
        for name, file in self.job_files.items():
            if name not in called:
                message = "it does not say which table it makes, and no workflow has a job for it."
                hint = f'Write TABLE = "prod.NAME" in it, or name it in a workflow: [jobs.{name}] with kind = "python".'
                self.note(Problem(name, file.path, 1, message, hint))
