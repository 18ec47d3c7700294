"""A project: its sources, tables, workflows, rules, queries and dashboards, each read from its files at first use.

What is wrong with a file is noted as a problem and logged once; the pipeline that needs the file is left out, and the
rest is there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from millrace.athena_sql.tables import DeclaredTables, tables_named
from millrace.errors import DefinitionError, UnknownName
from millrace.infra.project.files import POLLS, ProjectFiles
from millrace.project.folder import ProjectFolder, find_folder, is_shipped_file
from millrace.project.problems import Problem, problem_of

if TYPE_CHECKING:
    from millrace.athena_sql.statements.saved_queries import SavedQuery
    from millrace.athena_sql.statements.source_checks import CheckedSource
    from millrace.dashboards.definitions.alert import Alert
    from millrace.dashboards.definitions.panel import Dashboard
    from millrace.glue_workflow.pipelines import Pipelines
    from millrace.glue_workflow.refinement import Refinement
    from millrace.ingestors.ports import Source
    from millrace.lake.datasets import CrawledDataset


def _log_problem(problem: Problem) -> None:
    import logging  # only for what is broken: every command imports this module

    _log = logging.getLogger(__name__)
    _log.warning("%s", problem, extra={"event": "project.broken", "file": str(problem.file)})


class Project:
    """One project. `sources` replaces the sources of its files; `tell` is called with each problem once."""

    def __init__(
        self,
        folder: ProjectFolder,
        sources: Mapping[str, Source] | None = None,
        tell: Callable[[Problem], None] = _log_problem,
    ) -> None:
        self.folder = folder
        self._replaced, self._tell = sources, tell
        self._loaded: dict[str, Source | Problem] = {}
        self._problems: dict[tuple[Path, str], Problem] = {}
        self._files = ProjectFiles(folder, self._note)

    @classmethod
    def find(
        cls,
        given: Path | None,
        sources: Mapping[str, Source] | None = None,
        tell: Callable[[Problem], None] | None = None,
    ) -> Project:
        """The project that is named, else the nearest from the working directory upward, else the one that ships.

        Raises UsageError and DefinitionError.
        """
        return cls(find_folder(given, Path.cwd()), sources, tell or _log_problem)

    @property
    def problems(self) -> list[Problem]:
        """What was found wrong so far: in the files that were needed."""
        return list(self._problems.values())

    @cached_property
    def source_files(self) -> Mapping[str, Path]:
        return self._files.named("sources", ".py", only=self._is_wanted)

    @property
    def source_names(self) -> list[str]:
        """The names alone, without importing the sources: a lake is readable although a source is broken."""
        return list(self._replaced if self._replaced is not None else self.source_files)

    def source(self, name: str) -> Source:
        """Imports only its own file. Raises UnknownName; for a broken file, DefinitionError with file and line."""
        if name not in self.source_names:
            raise UnknownName("source", name, self.source_names)
        if self._replaced is not None:
            return self._replaced[name]
        found = self._source(name)
        if isinstance(found, Problem):
            raise found.as_error()
        return found

    @cached_property
    def sources(self) -> dict[str, Source]:
        """All sources by name; without those whose file is broken."""
        if self._replaced is not None:
            return dict(self._replaced)
        found = {name: self._source(name) for name in self.source_files}
        return {name: source for name, source in found.items() if not isinstance(source, Problem)}

    @property
    def broken_sources(self) -> list[Problem]:
        """The problems of the sources that are left out."""
        found = [self._source(name) for name in self.source_files] if self._replaced is None else []
        return [one for one in found if isinstance(one, Problem)]

    def zones(self) -> dict[str, ZoneInfo]:
        """The time zone of each source; without those whose file is broken, so that other tables can be read."""
        return {name: source.timezone for name, source in self.sources.items()}

    def table_zones(self) -> dict[str, ZoneInfo]:
        """The zone of each table that a source's workflow writes, and UTC of those in ops that are made from state.

        The tables of polls hold every source's local times.
        """
        from millrace.glue_workflow.lake_tables import RUN_STATE
        from millrace.schedules.expressions import UTC_ZONE

        zones = self.zones()
        return dict.fromkeys(RUN_STATE, UTC_ZONE) | {
            table: zones[workflow.source]
            for workflow in self.pipelines.refinements.values()
            if workflow.source in zones
            for table in workflow.tables
        }

    @cached_property
    def tables(self) -> DeclaredTables:
        declared = self._files.tables
        broken = {name: problem.as_error() for name, (problem, _) in declared.broken.items()}
        return DeclaredTables.of((table for _, table in declared.found.values()), broken)

    @cached_property
    def table_files(self) -> Mapping[str, Path]:
        return {name: file for name, (file, _) in self._files.tables.found.items()}

    @cached_property
    def datasets(self) -> dict[str, CrawledDataset]:
        """All datasets by name; without those whose declaration is wrong."""
        return {name: dataset for name, (_, dataset) in self._files.datasets.items()}

    @property
    def dataset_files(self) -> Mapping[str, Path]:
        return {name: file for name, (file, _) in self._files.datasets.items()}

    @cached_property
    def pipelines(self) -> Pipelines:
        from millrace.glue_workflow.pipelines import JobFile, Pipelines
        from millrace.infra.project.composed_workflows import ComposedAssembly, composing
        from millrace.infra.project.workflows import WorkflowAssembly

        lib = self.folder.folder("lib")
        job_files = {name: JobFile(file, code, lib) for name, (file, code) in self._files.job_files.items()}
        composing_files = composing(self.workflow_files, lib)
        refined, broken = WorkflowAssembly(
            self._files.tables,
            self.tables,
            {name: file for name, file in self.workflow_files.items() if name not in composing_files},
            self.rule_files,
            lib,
            self._problem_of_source,
            self._note,
        ).assemble()
        queries = {one.name: one for one in self.queries()} if composing_files else {}
        assembly = ComposedAssembly(composing_files, lib, job_files, self.datasets, queries, self._note)
        composed, others = assembly.assemble({*refined, *broken}, whole=not broken)
        errors = {name: one.as_error() for name, one in {**broken, **others}.items()}
        return Pipelines(
            self.tables,
            {**refined, **composed},
            self._texts(self.rule_files),
            errors,
            self._source_code,
            job_files,
            {name: one.statement.sql for name, one in queries.items()},
        )

    @cached_property
    def workflow_files(self) -> Mapping[str, Path]:
        """The definition files, which override what is derived."""
        return self._files.named("workflows", ".py", ".toml", only=self._is_wanted)

    @property
    def function_files(self) -> Mapping[str, Path]:
        """The files of jobs that a workflow calls as functions on this machine, by name."""
        return self._files.function_files

    @cached_property
    def rule_files(self) -> Mapping[str, Path]:
        return self._files.named("rules", ".dqdl", only=self._is_wanted)

    @cached_property
    def query_files(self) -> Mapping[str, Path]:
        return self._files.named("queries", ".sql", only=self._has_tables_of)

    @cached_property
    def check_files(self) -> Mapping[str, Path]:
        return self._files.named("checks", ".sql", only=self._has_tables_of)

    @cached_property
    def dashboard_files(self) -> Mapping[str, Path]:
        """In the order of the page: what is about Millrace itself is last."""
        found = self._files.named("dashboards", ".py")
        return dict(sorted(found.items(), key=lambda one: (one[0] == _OPERATIONS, not self._is_own(one[1]), one[0])))

    def queries(self) -> list[SavedQuery]:
        """The saved queries, in the order of their names; without those whose file is broken."""
        return self._saved(self.query_files)

    def checks(self) -> list[SavedQuery]:
        """The checks after ingestion, in the order of their names; without those whose file is broken.

        A check of every source is here once for each, in the order of their names.
        """
        from millrace.athena_sql.statements.source_checks import for_each_source

        return [one for check in self._saved(self.check_files) for one in for_each_source(check, self._checked_sources)]

    @cached_property
    def _checked_sources(self) -> list[CheckedSource]:
        """The sources whose rows tell time and snapshot."""
        from millrace.athena_sql.statements.source_checks import NEEDED_COLUMNS, CheckedSource

        found = []
        for name, source in sorted(self.sources.items()):
            staging = next((one.staging for one in self.pipelines.refinements.values() if one.source == name), None)
            columns = {one.name for one in self.tables.table(staging).columns} if staging else set()
            if staging and columns >= NEEDED_COLUMNS:
                key = source.entity_key if source.entity_key in columns else None
                found.append(CheckedSource(name, staging, key or "", source.interval.days))
        return found

    def query(self, name: str) -> SavedQuery:
        """Raises UnknownName, which lists what there is; for a broken file, DefinitionError with file and line."""
        if name not in self.query_files:
            raise UnknownName("saved query", name, self.query_files)
        found = self._saved_query(name, self.query_files[name])
        if isinstance(found, Problem):
            raise found.as_error()
        return found

    @property
    def dashboards(self) -> list[Dashboard]:
        """In the order of the page."""
        return list(self.dashboards_by_name.values())

    @property
    def dashboards_by_name(self) -> dict[str, Dashboard]:
        """In the order of the page: those that have panels."""
        return {name: one for name, one in self._dashboards.items() if one.panels}

    @property
    def alerts(self) -> list[Alert]:
        """Those of all dashboards, by name."""
        return [alert for _, alert in self.alerts_with_files()]

    def alerts_with_files(self) -> list[tuple[Path, Alert]]:
        """In the same order, each with the file that defines it."""
        found = ((self.dashboard_files[name], alert) for name, one in self._dashboards.items() for alert in one.alerts)
        return sorted(found, key=lambda one: one[1].name)

    @cached_property
    def _dashboards(self) -> dict[str, Dashboard]:
        from millrace.infra.project.dashboard_files import DashboardFiles

        lib = self.folder.folder("lib")
        return DashboardFiles(self.dashboard_files, lib, self._is_own, self._has_tables, self._note).load()

    @property
    def _source_code(self) -> dict[str, str]:
        """The texts of the source files; none for sources that were handed over as values."""
        return {} if self._replaced is not None else self._texts(self.source_files)

    def _texts(self, files: Mapping[str, Path]) -> dict[str, str]:
        found = {}
        for name, file in files.items():
            try:
                found[name] = file.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                self._note(problem_of(name, file, error))
        return found

    def _problem_of_source(self, workflow: Refinement) -> Problem | None:
        """Why a workflow has no source: there is none of this name, or its file is broken."""
        if self._replaced is not None or workflow.source == POLLS:
            return None
        if workflow.source in self.source_files:
            found = self._source(workflow.source)
            return found if isinstance(found, Problem) else None
        file = self.table_files.get(workflow.staging, self.folder.file)
        message = f"{workflow.staging} reads raw.{workflow.source}, but there is no source {workflow.source!r}."
        return self._note(Problem(workflow.name, file, 1, message, f"Write sources/{workflow.source}.py."))

    def _source(self, name: str) -> Source | Problem:
        from millrace.ingestors.source_check import checked_source
        from millrace.project.python_files import load_python

        if name not in self._loaded:
            file = self.source_files[name]
            try:
                found = getattr(load_python(file, self.folder.folder("lib")), "SOURCE", None)
                self._loaded[name] = checked_source(found, name)
            except Exception as error:  # noqa: BLE001 - a source file is a program of its own: any error can come
                self._loaded[name] = self._note(problem_of(name, file, error))
        return self._loaded[name]

    def _saved(self, files: Mapping[str, Path]) -> list[SavedQuery]:
        found = [self._saved_query(name, file) for name, file in files.items()]
        return [one for one in found if not isinstance(one, Problem)]

    def _saved_query(self, name: str, file: Path) -> SavedQuery | Problem:
        from millrace.athena_sql.statements.saved_queries import parse_saved_query

        try:
            return parse_saved_query(name, file.read_text(encoding="utf-8"))
        except (DefinitionError, OSError, UnicodeDecodeError) as error:
            return self._note(problem_of(name, file, error))

    def _is_own(self, file: Path) -> bool:
        return self.folder.is_shipped or not is_shipped_file(file)

    def _is_wanted(self, file: Path) -> bool:
        """Whether the project has this shipped file, by the pipeline that it belongs to."""
        return self._files.has_shipped(file.stem)

    def _has_tables_of(self, file: Path) -> bool:
        return self._has_tables(file.read_text(encoding="utf-8"))

    def _has_tables(self, sql: str) -> bool:
        known = {*self.tables.names(), *(f"raw.{name}" for name in self.source_names)}
        known |= {one.table for one in self.datasets.values()}
        return all(name in known or name.startswith("ops.") for name in tables_named(sql))

    def _note(self, problem: Problem) -> Problem:
        if (problem.file, problem.message) not in self._problems:
            self._problems[problem.file, problem.message] = problem
            self._tell(problem)
        return problem


_OPERATIONS = "operations"  # the dashboard about Millrace at work
