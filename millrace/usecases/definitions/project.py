"""A project: what it has, from which file, and what is wrong with it.

It is validated in an empty lake of its own: what a run, a query or the page would do is done there, without data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from millrace.athena_sql.engines.rules import require_declared_columns
from millrace.athena_sql.portability.statement_check import portability_problems
from millrace.athena_sql.ports import Parameter, Statement, WriteRequest
from millrace.athena_sql.statements.parameters import parameters_of
from millrace.athena_sql.statements.parsing import parse_query
from millrace.athena_sql.statements.run_columns import statement_to_write
from millrace.athena_sql.statements.saved_queries import NEWEST, SavedQuery
from millrace.athena_sql.statements.typed_parameters import typed_parameters
from millrace.athena_sql.tables import REPETITION, reads_datasets
from millrace.dashboards.data.rows import PageChoice, PanelQuery, fetch_rows
from millrace.dashboards.definitions.panel import RANGE, Panel, Picker, picked_by
from millrace.errors import MillraceError, QueryError
from millrace.glue_workflow.quality import plan
from millrace.glue_workflow.versions.script_rows import importable, loaded
from millrace.infra.project.project import Project
from millrace.infra.runtime.local import LocalRuntime
from millrace.infra.stages.reading import parsed_stage, unknown_sources
from millrace.ingestors.simulator.simulation_check import check_by_simulation
from millrace.lake.keys import version_prefix
from millrace.project.problems import Problem, problem_of
from millrace.settings import Settings

if TYPE_CHECKING:
    from millrace.athena_sql.tables import Script, Table
    from millrace.dashboards.definitions.alert import Alert
    from millrace.ingestors.ports import Source

_DAY = date(2024, 5, 30)
_LINE = re.compile(r"\bline (\d+)")


class ProjectEntry(NamedTuple):
    """One thing that a project has. `file` is relative to the project's folder, or whole where it is elsewhere."""

    kind: str
    name: str
    about: str
    file: str


ENTRY_COLUMNS = ProjectEntry._fields


class FoundProblem(NamedTuple):
    """One thing that is wrong. `line`: empty where it is not known."""

    file: str
    line: int | str
    problem: str


PROBLEM_COLUMNS = FoundProblem._fields


def entries(project: Project) -> list[ProjectEntry]:
    """Everything that works; what is broken is logged."""
    return [ProjectEntry(*what, _shown(project, file)) for what, file in _entries(project)]


def _entries(project: Project) -> Iterator[tuple[tuple[str, str, str], Path]]:
    for name, source in project.sources.items():
        yield ("source", name, source.title), project.source_files[name]
    for name, file in project.table_files.items():
        yield ("table", name, project.tables.table(name).description), file
        if script := project.tables.table(name).script:
            yield ("script", script.name, f"makes {name}"), file
    for name, dataset in project.datasets.items():
        about = f"{dataset.table}: {dataset.format} files below {dataset.folder}"
        yield ("dataset", name, about), project.dataset_files[name]
    for name, workflow in project.pipelines.workflows.items():
        refined = project.pipelines.refinements.get(name)
        what = refined.refined if refined else [job.name for job in workflow.in_order()]
        derived_from = project.table_files[refined.staging] if refined else project.folder.file
        about = f"{workflow.schedule}: {', '.join(what)}"
        yield ("workflow", name, about), project.workflow_files.get(name, derived_from)
    for name, file in project.rule_files.items():
        yield ("rules", name, ""), file
    yield from _saved(project)
    for name, dashboard in project.dashboards_by_name.items():
        yield ("dashboard", name, f"{dashboard.title}: {len(dashboard.panels)} panels"), project.dashboard_files[name]
    for file in stage_files(project):
        yield ("stage", file.stem, ""), file


def _saved(project: Project) -> Iterator[tuple[tuple[str, str, str], Path]]:
    for kind, queries, files in (
        ("query", project.queries(), project.query_files),
        ("check", project.checks(), project.check_files),
    ):
        for name, title in {query.name: query.title for query in queries}.items():  # a check of each source once
            yield (kind, name, title), files[name]


def stage_files(project: Project) -> list[Path]:
    return project.folder.files("stages", ".toml")


def problems(project: Project) -> list[FoundProblem]:
    """Everything that is wrong with a project's files, in the order of the files."""
    with TemporaryDirectory(prefix="millrace-validate-") as folder:
        settings = Settings(home=Path(folder) / "lake", feed="simulated")
        with LocalRuntime(settings, project=project) as runtime:
            found = [*Validation(project, runtime).problems(), *project.problems]
    rows = {_row(project, one) for one in found}
    return sorted(rows, key=lambda row: (row.file, row.line or 0, row.problem))


@dataclass(frozen=True)
class Validation:
    """The validation of a project in an empty lake. Broken files are the project's own problems."""

    project: Project
    runtime: LocalRuntime

    def problems(self) -> Iterator[Problem]:
        for name, source in self.project.sources.items():
            yield from self._of_source(source, self.project.source_files[name])
        for name, file in self.project.table_files.items():
            yield from self._of_table(self.project.tables.table(name), file)
        yield from self._of_rules()
        for query in self.project.queries():
            yield from self._of_query(query, self.project.query_files[query.name])
        for check in self.project.checks():
            yield from self._of_query(check, self.project.check_files[check.name])
        for name, dashboard in self.project.dashboards_by_name.items():
            for panel in dashboard.panels:
                yield from self._of_panel(panel, self.project.dashboard_files[name])
            for picker in dashboard.pickers:
                yield from self._of_picker(picker, self.project.dashboard_files[name])
        for file, alert in self.project.alerts_with_files():
            yield from self._of_alert(alert, file)
        for file in stage_files(self.project):
            yield from self._of_stage(file)

    def _of_source(self, source: Source, file: Path) -> Iterator[Problem]:
        """Whether its simulation is a snapshot of it, and its staging table has the columns that its key needs."""
        if source.simulation:
            try:
                check_by_simulation(source)
            except Exception as error:  # noqa: BLE001 - a source and its simulation are any code: any error can come
                yield problem_of(source.name, file, error)
        if source.entity_key:
            yield from self._of_entity_key(source, source.entity_key, file)

    def _of_entity_key(self, source: Source, key: str, file: Path) -> Iterator[Problem]:
        for workflow in self.project.pipelines.refinements.values():
            if workflow.source != source.name:
                continue
            columns = [column.name for column in self.project.tables.table(workflow.staging).columns]
            message = f"its entity_key is {key!r}, but {workflow.staging} has no column "
            if key not in columns:
                hint = f"Give the column that names an entity: one of {', '.join(columns)}."
                yield Problem(source.name, file, 0, f"{message}{key}.", hint)
            elif REPETITION.name not in columns:
                hint = "Number the rows of one entity in a snapshot there, or leave entity_key out."
                yield Problem(source.name, file, 0, f"{message}{REPETITION.name}.", hint)

    def _of_table(self, table: Table, file: Path) -> Iterator[Problem]:
        """Whether the statement is certified and gives the declared columns, as the engine finds when it writes."""
        if table.script:
            yield from self._of_script(table.script)
        if table.statement is None:
            return
        found = list(self._of_statement(table.statement, file))
        yield from found
        if not found:
            try:
                self._write(table, table.statement)
            except MillraceError as error:
                found = [_problem(table.name, file, error)]
                yield replace(found[0], line=found[0].line or 1)

    def _of_script(self, script: Script) -> Iterator[Problem]:
        """Whether it can be loaded, with what it imports, and reads tables that there are; it is not run."""
        known = {*self.project.tables.names(), *self.runtime.tables.names()}
        for name in sorted(script.reads - known):
            hint = "Correct the name in READS, or declare that table."
            yield Problem(script.name, script.file, 1, f"it reads {name}, which there is not.", hint)
        try:
            with importable(script):
                loaded(script)
        except Exception as error:  # noqa: BLE001 - a file of a project is a program of its own: any error can come
            yield problem_of(script.name, script.file, error)

    def _write(self, table: Table, statement: Statement) -> None:
        now = self.runtime.clock.now().replace(tzinfo=None)
        parameters: Mapping[str, Parameter] = {"run_id": "", "loaded_at": now} if table.made_by_run else {}
        request = WriteRequest(
            statement_to_write(table, statement),
            table.columns,
            version_prefix(table.name, "validated"),
            (_DAY.isoformat(),) if table.partitioned else None,
            parameters,
        )
        if table.layer == "ops":
            whole = Statement(table.name, f"SELECT * FROM {table.name} LIMIT 0")
            require_declared_columns(request, self.runtime.engine.query(whole).columns)
        else:
            self.runtime.engine.write(request)

    def _of_rules(self) -> Iterator[Problem]:
        """Whether each rule can be evaluated on its workflow's staging table."""
        pipelines, now = self.project.pipelines, self.runtime.clock.now()
        for workflow in pipelines.refinements.values():
            if workflow.rules not in pipelines.rules:
                continue  # it has none, or their file cannot be read, which is a problem of the project's
            file = self.project.rule_files[workflow.rules]
            try:
                columns = pipelines.tables.table(workflow.staging).columns
                ruleset = pipelines.ruleset(workflow)
                planned = plan(ruleset, workflow.staging, columns, logical_time=now, partitioned=True)
                for statement in planned.statements:
                    self.runtime.engine.query(statement)
            except MillraceError as error:
                yield _problem(workflow.rules, file, error)
                continue
            for rule in planned.rules:
                for compiled in rule.compiled:
                    if isinstance(compiled, QueryError):
                        yield _problem(workflow.rules, file, compiled)

    def _of_query(self, query: SavedQuery, file: Path) -> Iterator[Problem]:
        found = list(self._of_statement(query.statement, file, query.lines_before))
        yield from found
        if not found and not reads_datasets(query.statement.sql):
            values = {name: _DAY.isoformat() if value == NEWEST else value for name, value in query.defaults.items()}
            try:
                self.runtime.engine.query(query.statement, typed_parameters(values))
            except MillraceError as error:
                yield _problem(query.name, file, error, query.lines_before)

    def _of_panel(self, panel: Panel, file: Path) -> Iterator[Problem]:
        for query in (panel, panel.overlay):
            if query is None:
                continue
            found = list(self._of_statement(query.statement, file, None))
            yield from found
            if not found and not reads_datasets(query.statement.sql):
                yield from self._of_panel_query(panel, query, file)

    def _of_panel_query(self, panel: Panel, query: PanelQuery, file: Path) -> Iterator[Problem]:
        choice = PageChoice(_DAY, (_DAY,), dict.fromkeys(picked_by(panel), ("",)))
        try:
            result = self.runtime.engine.query(query.statement, choice.values_of(query.parameters))
        except MillraceError as error:
            yield Problem(panel.name, file, 0, f"panel {panel.name}: {error.message}", error.hint)
            return
        given = {column.name for column in result.columns}
        own = set(panel.columns()) - ({"east", "north"} if query is not panel else set())
        if query is panel and (missing := sorted(own - given)):
            message = f"panel {panel.name}: its statement does not give the column {missing[0]}."
            yield Problem(panel.name, file, 0, message, "Add it to the SELECT, or correct the panel.")

    def _of_picker(self, picker: Picker, file: Path) -> Iterator[Problem]:
        found = list(self._of_statement(picker.statement, file, None))
        yield from found
        if not found and not reads_datasets(picker.statement.sql):
            try:
                fetch_rows(picker, self.runtime.engine, PageChoice(_DAY), {})
            except MillraceError as error:
                yield Problem(picker.name, file, 0, f"picker {picker.name}: {error.message}", error.hint)

    def _of_alert(self, alert: Alert, file: Path) -> Iterator[Problem]:
        """Whether its statement runs, and gives the number and the labels."""
        found = list(self._of_statement(alert.statement, file, None))
        yield from found
        if found or reads_datasets(alert.statement.sql):
            return
        try:
            taken = sorted(parameters_of(parse_query(alert.statement)).intersection(RANGE))
            result = self.runtime.engine.query(alert.statement, PageChoice(_DAY).values_of(taken))
        except MillraceError as error:
            yield Problem(alert.name, file, 0, f"alert {alert.name}: {error.message}", error.hint)
            return
        given = {column.name for column in result.columns}
        if missing := sorted({alert.value, *alert.labels} - given):
            message = f"alert {alert.name}: its statement does not give the column {missing[0]}."
            yield Problem(alert.name, file, 0, message, "Add it to the SELECT, or correct the alert.")

    def _of_stage(self, file: Path) -> Iterator[Problem]:
        polled = [name for name, one in self.project.sources.items() if one.is_polled]
        try:
            yield from unknown_sources(parsed_stage(file), polled)
        except (MillraceError, OSError, UnicodeDecodeError) as error:
            yield problem_of(file.stem, file, error)

    def _of_statement(self, statement: Statement, file: Path, lines_before: int | None = 0) -> Iterator[Problem]:
        """`lines_before`: of the file, before the statement's own; None where they are not known."""
        try:
            found = portability_problems(statement, self.project.tables)
        except MillraceError as error:
            yield _problem(statement.name, file, error, lines_before)
            return
        for one in found:
            line = 0 if lines_before is None else lines_before + one.line
            message = f"{statement.name}, line {one.line}, column {one.column}: {one.construct}."
            yield Problem(statement.name, file, line, message, f"Use instead: {one.alternative}")


def _problem(name: str, file: Path, error: MillraceError, lines_before: int | None = 0) -> Problem:
    """With the line that the message tells, if it tells one; it is one of a text that begins after `lines_before`."""
    found, line = problem_of(name, file, error), _LINE.search(error.message)
    told = lines_before + int(line[1]) if line and lines_before is not None else 0
    return Problem(name, file, found.line or told, found.message, found.hint)


def _row(project: Project, problem: Problem) -> FoundProblem:
    return FoundProblem(_shown(project, problem.file), problem.line or "", f"{problem.message} {problem.hint}".rstrip())


def _shown(project: Project, file: Path) -> str:
    root = project.folder.root
    return str(file.relative_to(root)) if file.is_relative_to(root) else str(file)


def as_rows(found: list[ProjectEntry] | list[FoundProblem]) -> list[dict[str, Any]]:
    return [one._asdict() for one in found]
