"""The workflows of a project, derived from its tables, then as definition files say; and why others are left out.

A workflow is left out when its source, its definition or one of its tables cannot be used, or when it reads a table
that nobody builds. What its tables are read by is then refused as well, and its dimensions go to their next reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from millrace.athena_sql.tables import DeclaredTables, Table, stored_reads
from millrace.errors import DefinitionError
from millrace.glue_workflow.derivation import Derivation, refuse_unbuilt
from millrace.glue_workflow.refinement import Refinement
from millrace.infra.project.files import TableFiles
from millrace.infra.project.workflow_files import defined
from millrace.project.problems import Problem, problem_of


@dataclass(frozen=True)
class WorkflowAssembly:
    """What the workflows of a project are made from.

    `files`, `workflow_files`, `rule_files`: by name. `lib`: the folder of modules that definitions may import.
    `problem_of_source`: why a workflow has no source; None where it has one. `note` is told each problem.
    """

    files: TableFiles
    tables: DeclaredTables
    workflow_files: Mapping[str, Path]
    rule_files: Mapping[str, Path]
    lib: Path
    problem_of_source: Callable[[Refinement], Problem | None]
    note: Callable[[Problem], Problem]

    def assemble(self) -> tuple[dict[str, Refinement], dict[str, Problem]]:
        """The workflows by name, and the problems of those that are left out, and of tables that fit into none."""
        every = {table.name: table for _, table in (*self.files.found.values(), *self.files.broken.values())}
        broken: dict[str, Problem] = {}
        lost, dimensions = set[str](), set[str]()  # of the workflows that are left out
        while True:
            kept = [table for name, table in every.items() if name not in lost]
            derivation = Derivation(kept, self.rule_files, lost)
            workflows, found = self._usable(derivation.workflows, broken)
            found = found or self._reading_unbuilt(workflows, every)
            if not found:
                break
            broken |= found
            for workflow in (derivation.workflows[name] for name in found if name in derivation.workflows):
                dimensions |= {*workflow.dimensions}
                lost |= {*workflow.tables} - {*workflow.dimensions}
        broken |= self._fit_into_none(derivation, workflows, lost | dimensions)
        return workflows, broken

    def _usable(
        self, derived: Mapping[str, Refinement], broken: Mapping[str, Problem]
    ) -> tuple[dict[str, Refinement], dict[str, Problem]]:
        """The workflows that can be used, and the problems of others, those `broken` already left out."""
        usable: dict[str, Refinement] = {}
        found: dict[str, Problem] = {}
        for name in sorted({*derived, *self.workflow_files} - {*broken}):
            made = self._defined(name, derived.get(name)) if name in self.workflow_files else derived[name]
            problem = made if isinstance(made, Problem) else self._problem_of(made, usable.values())
            if problem:
                found[name] = problem
            elif isinstance(made, Refinement):
                usable[name] = made
        return usable, found

    def _defined(self, name: str, derived: Refinement | None) -> Refinement | Problem:
        """The workflow as its definition file says."""
        file = self.workflow_files[name]
        try:
            return defined(file, derived, self.lib, self.tables)
        except Exception as error:  # noqa: BLE001 - a file of a project is a program of its own: any error can come
            return self.note(problem_of(name, file, error))

    def _problem_of(self, workflow: Refinement, others: Iterable[Refinement]) -> Problem | None:
        """Why a workflow cannot be used: its source, a broken table, its rules, or a table that it cannot build."""
        if problem := self.problem_of_source(workflow):
            return problem
        for table in workflow.tables:
            if table in self.files.broken:
                return self.files.broken[table][0]
        file = self.workflow_files.get(workflow.name) or self.files.found[workflow.staging][0]
        if workflow.rules and workflow.rules not in self.rule_files:
            hint = f"Write rules/{workflow.rules}.dqdl, or name one of: {', '.join(self.rule_files) or 'none yet'}."
            message = f"workflow {workflow.name} has the rules {workflow.rules!r}, a file that there is not."
            return self.note(Problem(workflow.name, file, 0, message, hint))
        try:
            refuse_unbuilt([*others, workflow], self.tables)
        except DefinitionError as error:
            return self.note(problem_of(workflow.name, file, error))
        return None

    def _reading_unbuilt(self, workflows: Mapping[str, Refinement], every: Mapping[str, Table]) -> dict[str, Problem]:
        """The problems of workflows that read a stored table which no workflow builds: they would read old rows."""
        built = _built(workflows.values())
        found: dict[str, Problem] = {}
        for workflow in workflows.values():
            for name in workflow.refined:
                unbuilt = sorted((stored_reads(name, every) & {*every}) - built)
                if unbuilt and workflow.name not in found:
                    file, message = self.files.found[name][0], f"{name} reads {unbuilt[0]}, which no workflow builds."
                    problem = Problem(name, file, 0, message, "Correct the name, or that table.")
                    found[workflow.name] = self.note(problem)
        return found

    def _fit_into_none(
        self, derivation: Derivation, workflows: Mapping[str, Refinement], left_out: Iterable[str]
    ) -> dict[str, Problem]:
        """The problems of the stored tables that no workflow builds, without those of workflows that are left out."""
        seen = {*left_out} | _built(workflows.values())
        by_definition = {table: one.name for one in derivation.workflows.values() for table in one.tables}
        found: dict[str, Problem] = {}
        for name, (file, table) in self.files.found.items():
            if table.layer == "ops" or name in seen:
                continue
            if name in derivation.refused:
                found[name] = problem_of(name, file, derivation.refused[name])
            elif name in by_definition:
                key = "prod" if table.partitioned else "whole or dimensions"
                message = f"{name} is built by no workflow: this file leaves it out."
                hint = f"Name it in {key}, or remove {file.name}; until then readers see its old rows."
                found[name] = Problem(name, self.workflow_files[by_definition[name]], 0, message, hint)
        return {name: self.note(one) for name, one in found.items()}


def _built(workflows: Iterable[Refinement]) -> set[str]:
    return {table for workflow in workflows for table in workflow.tables}
