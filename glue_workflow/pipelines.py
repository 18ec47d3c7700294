"""The pipelines of a project: its declared tables, workflows and rule files. Whoever needs them is given this value."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from millrace.athena_sql.tables import DeclaredTables
from millrace.errors import MillraceError, UnknownName, UsageError

if TYPE_CHECKING:
    from millrace.glue_workflow.quality.language.model import Ruleset
    from millrace.glue_workflow.refinement import Refinement
    from millrace.glue_workflow.workflow import Workflow

_DIGITS = 12
_Found = TypeVar("_Found", bound="Workflow")


@dataclass(frozen=True, slots=True)
class JobFile:
    """A Python file whose `run(job)` a job calls. `code`: its text; `lib`: the folder of modules that it may import."""

    path: Path
    code: str
    lib: Path


@dataclass(frozen=True)
class Pipelines:
    """`rules`: the texts of the rule files, by name without `.dqdl`. `source_code`: those of the source files, by name.

    `job_files`: the files of jobs of the kind `python`, by name; `query_code`: the texts of the saved queries that jobs
    may publish. `broken`: why a workflow, or a table that belongs to none, cannot be used; by its name.
    """

    tables: DeclaredTables
    workflows: Mapping[str, Workflow]
    rules: Mapping[str, str]
    broken: Mapping[str, MillraceError] = field(default_factory=dict)
    source_code: Mapping[str, str] = field(default_factory=dict)
    job_files: Mapping[str, JobFile] = field(default_factory=dict)
    query_code: Mapping[str, str] = field(default_factory=dict)

    def with_raw_crawls(self) -> Pipelines:
        """The same, and each refinement begins with the crawler of the raw tables."""
        crawled = {name: one.with_raw_crawl() for name, one in self.refinements.items()}
        return replace(self, workflows={**self.workflows, **crawled})

    def workflow(self, name: str) -> Workflow:
        """Raises UnknownName; for a workflow that is left out, what is wrong with it."""
        return self._found("workflow", name, self.workflows)

    @cached_property
    def refinements(self) -> Mapping[str, Refinement]:
        """The workflows that make tables, by name."""
        from millrace.glue_workflow.refinement import Refinement

        return {name: one for name, one in self.workflows.items() if isinstance(one, Refinement)}

    def refinement(self, name: str) -> Refinement:
        """As `workflow`, and raises UsageError for one that makes no tables."""
        workflow = self.workflow(name)
        if name not in self.refinements:
            raise UsageError(
                f"the workflow {workflow.name} makes no tables.",
                hint=f"Name one that does: {', '.join(self.refinements) or 'there is none yet'}.",
            )
        return self.refinements[name]

    def workflow_of_table(self, table: str) -> Refinement:
        """The workflow that writes this table. Raises UnknownName, which lists the tables that workflows write."""
        by_table = {name: workflow for workflow in self.refinements.values() for name in workflow.tables}
        if table not in by_table and table in self.tables.broken:
            raise self.tables.broken[table]
        return self._found("table of a workflow", table, by_table)

    def workflow_of_source(self, source: str) -> Refinement:
        """Raises UnknownName; for a workflow that is left out, what is wrong with it."""
        return self._found("source", source, {one.source: one for one in self.refinements.values()})

    def ruleset(self, workflow: Refinement) -> Ruleset:
        """The rules of a workflow; none without a file. Raises DefinitionError as `parse` does, and UnknownName."""
        from millrace.glue_workflow.quality.language.model import Ruleset
        from millrace.glue_workflow.quality.loading.parsing import parse

        if not workflow.rules:
            return Ruleset(())
        if workflow.rules not in self.rules:
            raise UnknownName("rule file", workflow.rules, self.rules)
        return parse(self.rules[workflow.rules], f"{workflow.rules}.dqdl")

    def code_version(self, package: str, workflow: Workflow, *made: str) -> str:
        """Such as `0.1.0+3fa1c09b77de`, for the tables `made` by a workflow, or for all of its tables together.

        The digest changes whenever the source, a statement or script from raw to the table, its declared columns or the
        workflow's rules do; of a workflow without tables, whenever its jobs do.
        """
        from millrace.glue_workflow.refinement import Refinement

        digest = hashlib.sha256()
        refined = workflow if isinstance(workflow, Refinement) else None
        for text in self._code(refined, made or workflow.tables) if refined else self._code_of_jobs(workflow):
            digest.update(text.encode() + b"\0")
        return f"{package}+{digest.hexdigest()[:_DIGITS]}"

    def _code_of_jobs(self, workflow: Workflow) -> Iterator[str]:
        """The jobs, and all files and queries that jobs may name: files may import each other's modules."""
        yield repr(workflow.jobs)
        yield from (self.job_files[name].code for name in sorted(self.job_files))
        yield from (self.query_code[name] for name in sorted(self.query_code))

    def _code(self, workflow: Refinement, made: Sequence[str]) -> Iterator[str]:
        yield from self._statements(made)
        yield from self._columns(made)
        yield from (self.rules.get(workflow.rules, ""), self.source_code.get(workflow.source, ""))

    def _statements(self, made: Sequence[str]) -> Iterator[str]:
        """The tables' statements and scripts and, recursively, those of the tables that they name."""
        known = {table.name: table for table in self.tables}
        todo, seen = list(made), set[str]()
        while todo:
            name = todo.pop()
            if name in known and name not in seen:
                seen.add(name)
                todo += known[name].reads
        for table in (known[name] for name in sorted(seen)):
            if table.statement or table.script:
                yield table.statement.sql if table.statement else table.script.code if table.script else ""

    def _columns(self, made: Sequence[str]) -> Iterator[str]:
        for table in self.tables:
            if table.name in made:
                yield ", ".join(f"{column.name} {column.type}" for column in table.columns)

    def _found(self, what: str, name: str, known: Mapping[str, _Found]) -> _Found:
        if name in known:
            return known[name]
        if name in self.broken:
            raise self.broken[name]
        raise UnknownName(what, name, known)
