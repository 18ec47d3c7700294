"""Which file declares what: a project's own files, Millrace's own, and those of the shipped pipelines that it takes.

A name that two files declare is a problem of the project's own file, which is left out.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from millrace.athena_sql.ports import Statement
from millrace.athena_sql.statements.declarations import parse_declaration
from millrace.athena_sql.tables import ROWS_SET_ASIDE, Table, set_aside_name
from millrace.errors import DefinitionError, MillraceError
from millrace.glue_workflow.job_kinds import JOB_KINDS
from millrace.infra.project.dataset_files import read_dataset
from millrace.lake.datasets import CrawledDataset
from millrace.lake.keys import CRAWLED
from millrace.project.folder import ProjectFolder, shipped_folder
from millrace.project.problems import Problem, problem_of
from millrace.sql_quoting import PLAIN_NAMES, is_plain_name

LAYERS = ("staging", "prod", "ops")
POLLS = "polls"  # the source of Millrace's own pipeline, as in `ingestors.ports`, which takes time to import
Note = Callable[[Problem], object]

_RENAME = "Rename one of them."
_NAME = re.compile(r"[a-z_][a-z0-9_]*")


@dataclass(frozen=True)
class TableFiles:
    """Tables with their files, by name. `broken`: those whose declaration cannot be read, without columns, and why."""

    found: Mapping[str, tuple[Path, Table]]
    broken: Mapping[str, tuple[Problem, Table]]


@dataclass(frozen=True)
class _FolderTables:
    """As TableFiles, of one folder. `other`: the problems of files of which it is not known what they declare.

    `jobs` and `functions`: the files of the jobs' folder that declare no table, and have a `run`, or a `handler`.
    """

    found: dict[str, tuple[Path, Table]]
    broken: dict[str, tuple[Problem, Table]]
    other: list[Problem]
    jobs: dict[str, tuple[Path, str]]
    functions: dict[str, Path]

    def has(self, name: str) -> bool:
        return name in self.found or name in self.broken

    def file(self, name: str) -> Path:
        return self.found[name][0] if name in self.found else self.broken[name][0].file


@dataclass(frozen=True)
class ProjectFiles:
    """The files of a project. `note` is told each problem, once."""

    folder: ProjectFolder
    note: Note

    @cached_property
    def _shipped(self) -> ProjectFolder | None:
        return None if self.folder.is_shipped else shipped_folder()

    def has_shipped(self, source: str) -> bool:
        """Whether the project has the shipped pipeline of a source; Millrace's own, of the polls, every project has."""
        shipped = self.folder.shipped
        return source == POLLS or (shipped if isinstance(shipped, bool) else source in shipped)

    def named(self, role: str, *suffixes: str, only: Callable[[Path], bool] = lambda _: True) -> dict[str, Path]:
        """The file of each name; `only`: which of the shipped files the project has."""
        found: dict[str, Path] = {}
        if self._shipped:
            found = {file.stem: file for file in self._shipped.files(role, *suffixes) if only(file)}
        for file in self.folder.files(role, *suffixes):
            if file.stem in found:
                self._clash(file.stem, file, found[file.stem])
            else:
                found[file.stem] = file
        return dict(sorted(found.items()))

    @cached_property
    def tables(self) -> TableFiles:
        own = self._own
        shipped = self._shipped_tables(self._shipped) if self._shipped else {}
        staging = [name for name in (*own.found, *own.broken, *shipped) if name.startswith("staging.")]
        made = {name for name in (*own.found, *own.broken) if name in _made_by_millrace(staging)}
        for name in sorted({*own.found, *own.broken} & {*shipped}):
            self._clash(name, own.file(name), shipped[name][0])
        for name in sorted(made):
            self.note(Problem(name, own.file(name), 1, f"{name} is a table that Millrace makes.", "Rename the file."))
        found = {name: one for name, one in own.found.items() if name not in made}
        broken = {name: one for name, one in own.broken.items() if name not in {*shipped, *made}}
        for problem in (*(problem for problem, _ in broken.values()), *own.other):
            self.note(problem)
        return TableFiles(dict(sorted({**found, **shipped}.items())), broken)

    @cached_property
    def job_files(self) -> dict[str, tuple[Path, str]]:
        """The files of jobs that make no table, with their texts, by name."""
        return self._own.jobs

    @property
    def function_files(self) -> dict[str, Path]:
        """The files of jobs that a workflow calls as functions on this machine, by name."""
        return self._own.functions

    @cached_property
    def _own(self) -> _FolderTables:
        return _declared(self.folder)

    @cached_property
    def datasets(self) -> dict[str, tuple[Path, CrawledDataset]]:
        """The datasets with their files, by name; without those whose declaration is wrong."""
        found = {}
        for file in self.folder.dataset_files():
            try:
                found[file.parent.name] = (file, read_dataset(file))
            except (DefinitionError, OSError, UnicodeDecodeError) as error:
                self.note(problem_of(f"{CRAWLED}.{file.parent.name}", file, error))
        return found

    def _clash(self, name: str, file: Path, other: Path) -> None:
        self.note(Problem(name, file, 1, f"{name} is declared in {other} too.", _RENAME))

    def _shipped_tables(self, shipped: ProjectFolder) -> dict[str, tuple[Path, Table]]:
        """Those that the shipped pipelines of this project build, and the views of its polls."""
        found = _declared(shipped).found
        if self.folder.shipped is True:
            return found
        from millrace.glue_workflow.derivation import Derivation

        derived = Derivation([table for _, table in found.values()]).workflows.values()
        names = {name for workflow in derived if self.has_shipped(workflow.source) for name in workflow.tables}
        views = {name for name, (_, table) in found.items() if table.layer == "ops" and f"raw.{POLLS}" in table.reads}
        return {name: one for name, one in found.items() if name in names | views}


def _declared_by_script(folder: ProjectFolder, file: Path, text: str) -> Table:
    from millrace.athena_sql.statements.scripts import parse_script

    if file.stem in JOB_KINDS or not _NAME.fullmatch(file.stem):
        hint = f"Use small letters, digits and underscores, and none of {', '.join(JOB_KINDS)}."
        raise DefinitionError(f"{file.stem!r} is no name of a script.", hint=hint)
    return parse_script(file, text, folder.root, folder.folder("lib"))


def _declared(folder: ProjectFolder) -> _FolderTables:
    declared = _FolderTables({}, {}, [], {}, {})
    for file in folder.statement_files():
        name, text = f"{file.parent.name}.{file.stem}", ""
        try:
            _refuse_name(file)
            text = file.read_text(encoding="utf-8")
            table = parse_declaration(name, text)
            _refuse_crawled(table, text)
            declared.found[name] = (file, table)
        except (MillraceError, OSError, UnicodeDecodeError) as error:
            statement = Statement(name, text)
            declared.broken[name] = (problem_of(name, file, error), Table(name, "", (), statement=statement))
    for file in folder.files("jobs", ".py"):
        _declare_script(folder, file, declared)
    return declared


def _called_by_jobs(text: str) -> set[str]:
    """Which of its functions a workflow's jobs can call, `run` and `handler`; none if it says that it makes a table."""
    from millrace.athena_sql.statements.scripts import names_a_table

    functions = {node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    return set() if names_a_table(text) else functions & {"run", "handler"}


def _declare_script(folder: ProjectFolder, file: Path, declared: _FolderTables) -> None:
    text = ""
    try:
        text = file.read_text(encoding="utf-8")
        if called := _called_by_jobs(text):
            if "run" in called:
                declared.jobs[file.stem] = (file, text)
            if "handler" in called:
                declared.functions[file.stem] = file
            return
        table = _declared_by_script(folder, file, text)
        _refuse_crawled(table, text)
        if declared.has(table.name):
            raise DefinitionError(f"{table.name} is declared in {declared.file(table.name)} too.", hint=_RENAME)
        declared.found[table.name] = (file, table)
    except (MillraceError, OSError, UnicodeDecodeError, SyntaxError) as error:
        from millrace.athena_sql.statements.scripts import unreadable_table

        unreadable = unreadable_table(file, text, folder.folder("lib"))
        if unreadable and not declared.has(unreadable.name):
            declared.broken[unreadable.name] = (problem_of(unreadable.name, file, error), unreadable)
        else:
            declared.other.append(problem_of(file.stem, file, error))


def _made_by_millrace(staging: Iterable[str]) -> frozenset[str]:
    """The names of the tables that no file declares, beside staging tables of these names."""
    from millrace.glue_workflow.lake_tables import RUN_STATE

    return frozenset((*RUN_STATE, ROWS_SET_ASIDE, *(set_aside_name(name) for name in staging)))


def _refuse_crawled(table: Table, text: str) -> None:
    """No run would make the table again when files come: nothing tells a run of them yet."""
    for name in sorted(table.reads):
        if name.startswith(f"{CRAWLED}."):
            line = next((number for number, one in enumerate(text.splitlines(), 1) if CRAWLED in one.lower()), 0)
            hint = "Query it, also in a saved query or a panel; make a table of what a source delivers."
            raise DefinitionError(f"{table.name} reads {name}, of which no table is made.", hint=hint, line=line)


def _refuse_name(file: Path) -> None:
    if file.parent.name not in LAYERS:
        hint = f"Move the file into a folder named {', '.join(LAYERS[:-1])} or {LAYERS[-1]}."
        raise DefinitionError(f"there is no layer {file.parent.name!r} of tables.", hint=hint)
    if not is_plain_name(file.stem):
        hint = f"Rename the file: {PLAIN_NAMES}."
        raise DefinitionError(f"{file.stem!r} is no name of a table.", hint=hint)
