"""Workflows derived from what the statements read.

The staging table that reads `raw.x` belongs to the workflow `x`. A prod table belongs to the workflow of the staging
table that it reads, or else of the prod tables; it is stored by date or whole. One that reads no data at all is
a dimension, of the first workflow whose tables read it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from millrace.athena_sql.tables import Table, set_aside_name, stored_reads
from millrace.errors import DefinitionError
from millrace.glue_workflow.job_kinds import SCRIPT
from millrace.glue_workflow.refinement import Refinement, with_scripts

SCHEDULE = "rate(15 minutes)"  # of a workflow whose definition says nothing else


@dataclass(frozen=True)
class Derivation:
    """The workflows of these tables. `rules`: the names of the rule files; a workflow has the one of its own name.

    A table that fits into no workflow is in `refused`, with the reason, and in no workflow; whoever reads it alike.
    `lost`: tables that are not among these because their workflow cannot be used: whoever reads one is refused.
    """

    tables: Sequence[Table]
    rules: Container[str] = ()
    lost: Container[str] = ()
    refused: dict[str, DefinitionError] = field(default_factory=dict)

    @cached_property
    def workflows(self) -> dict[str, Refinement]:
        staging = self._staging()
        owners = self._owners(staging)
        dimensions = self._dimensions(owners)
        found = {}
        for source, table in sorted(staging.items()):
            found[source] = Refinement(
                name=source,
                source=source,
                schedule=SCHEDULE,
                staging=table,
                dimensions=tuple(name for name in self._in_order if dimensions.get(name) == source),
                prod=tuple(name for name in self._in_order if owners.get(name) == source and self._by_date(name)),
                whole=tuple(name for name in self._in_order if owners.get(name) == source and not self._by_date(name)),
                rules=source if source in self.rules else "",
                jobs=with_scripts(self._scripts(name for name in self._in_order if owners.get(name) == source)),
            )
        return found

    @cached_property
    def _by_name(self) -> Mapping[str, Table]:
        return {table.name: table for table in self.tables}

    @cached_property
    def _in_order(self) -> list[str]:
        """The prod tables, each after those that it reads; none of a cycle."""
        prod = sorted(table.name for table in self.tables if table.layer == "prod")
        while True:
            try:
                sorter = TopologicalSorter({name: sorted(self._prod_read_by(name) & {*prod}) for name in prod})
                return list(sorter.static_order())
            except CycleError as error:
                cycle = [name for name in error.args[1] if name in prod]
                for name in cycle:
                    self._refuse(name, f"reads itself: {' -> '.join(cycle)}", "Take one of these reads out.")
                prod = [name for name in prod if name not in cycle]

    def _prod_read_by(self, name: str) -> set[str]:
        return {read for read in self._reads(name) if read.startswith("prod.") and read in self._by_name} - {name}

    def _reads(self, name: str) -> set[str]:
        """The tables that a table reads, with views replaced by what these read."""
        return stored_reads(name, self._by_name)

    def _by_date(self, name: str) -> bool:
        return self._by_name[name].partitioned

    def _scripts(self, names: Iterable[str]) -> dict[str, str]:
        """Those of these tables that scripts make, by the script's name."""
        made = {name: self._by_name[name].script for name in names}
        return {script.name: name for name, script in made.items() if script}

    def _staging(self) -> dict[str, str]:
        """The staging table of each source."""
        found: dict[str, str] = {}
        for name in sorted(table.name for table in self.tables if table.layer == "staging"):
            sources = sorted(read.removeprefix("raw.") for read in self._reads(name) if read.startswith("raw."))
            if len(sources) != 1:
                read = " and ".join(f"raw.{one}" for one in sources) or "no raw table"
                self._refuse(name, f"reads {read}", "Let a staging table read exactly one raw table.")
            elif not self._by_date(name):
                self._refuse(name, "is not stored by date", "Leave `-- stored:` out: raw data comes by date.")
            elif sources[0] in found:
                other = found[sources[0]]
                hint = "Build further tables from that one, in prod."
                self._refuse(name, f"reads raw.{sources[0]}, as {other} does; a source has one staging table", hint)
            else:
                found[sources[0]] = name
        return found

    def _owners(self, staging: Mapping[str, str]) -> dict[str, str]:
        """The workflow of each prod table that depends on data."""
        of_staging = {name: source for source, name in staging.items()}
        of_staging |= {set_aside_name(name): source for name, source in of_staging.items()}
        owners: dict[str, str] = {}
        for name in self._in_order:
            reads = self._reads(name)
            found = {of_staging[read] for read in reads if read in of_staging}
            found = found or {owners[read] for read in reads if read in owners}
            if unbuilt := sorted(self._unbuilt(name)):
                self._refuse(name, f"reads {unbuilt[0]}, which no workflow builds", "Correct the name, or that table.")
            elif len(found) > 1:
                self._refuse(
                    name,
                    f"reads tables of several workflows: {', '.join(sorted(found))}",
                    "Let it read staging tables of one workflow, and prod tables of the others.",
                )
            elif found and (whole := self._whole_of(reads, owners, *found)) and self._by_date(name):
                hint = f"Join {whole} where both are queried, or store {name} whole as well: `-- stored: Whole`."
                self._refuse(name, f"is stored by date and reads {whole}, whose rows may change on any date", hint)
            elif found and (late := self._built_after(name, found, owners)):
                hint = "Let it read the staging table, or let a statement join both tables."
                self._refuse(name, f"is made by a script and reads {late}, which is built after all scripts", hint)
            elif found:
                owners[name] = found.pop()
            elif missing := sorted(read for read in reads if read.startswith("staging.")):
                self._refuse(name, f"reads {missing[0]}, which no workflow builds", "Correct the name, or that table.")
            elif self._by_date(name):
                self._refuse(name, "reads no staging table", "Write `-- stored: Whole` if it depends on no data.")
            elif any(read.startswith("raw.") for read in reads):
                self._refuse(name, "reads a raw table", "Let it read the staging table.")
        return owners

    def _unbuilt(self, name: str) -> Iterator[str]:
        """The tables that a table reads and no workflow builds, although they are declared."""
        refused = {*self.refused, *map(set_aside_name, self.refused)}
        return (read for read in self._reads(name) - {name} if read in refused or read in self.lost)

    def _whole_of(self, reads: Iterable[str], owners: Mapping[str, str], workflow: str) -> str:
        """The first of these tables that the workflow stores whole; "" for none."""
        return min((one for one in reads if owners.get(one) == workflow and not self._by_date(one)), default="")

    def _built_after(self, name: str, workflow: set[str], owners: Mapping[str, str]) -> str:
        """The first table that a script reads and a statement of the same workflow makes, or of none; "" for none."""
        if self._by_name[name].script is None:
            return ""
        late = [read for read in self._prod_read_by(name) if owners.get(read) in {None, *workflow}]
        return min((read for read in late if self._by_name[read].script is None), default="")

    def _dimensions(self, owners: Mapping[str, str]) -> dict[str, str]:
        """The workflow of each table that reads no data."""
        found: dict[str, str] = {}
        for name in reversed(self._in_order):  # readers first
            if name in owners or name in self.refused:
                continue
            readers = [other for other in self._in_order if name in self._reads(other)]
            workflows = [owners.get(other) or found.get(other, "") for other in readers]
            if not any(workflows):
                self._refuse(name, "is built by no workflow: no table that a workflow builds reads it", _USE_IT)
            else:
                found[name] = min(one for one in workflows if one)
        return found

    def _refuse(self, name: str, what: str, hint: str) -> None:
        self.refused[name] = DefinitionError(f"{name} {what}.", hint=hint)


_USE_IT = "Let a prod table read it, or name it in the dimensions of a file in workflows/."


def refuse_unbuilt(workflows: Iterable[Refinement], declared: Iterable[Table]) -> None:
    """Refuse workflows that do not fit the tables: each table is declared, stored as it says, and built by one.

    Raises DefinitionError.
    """
    stored = {table.name: table for table in declared if table.layer != "ops"}
    built: dict[str, str] = {}
    for workflow in workflows:
        for name in workflow.tables:
            if name not in stored:
                raise DefinitionError(
                    f"workflow {workflow.name} builds {name}, which is not declared.",
                    hint=f"Write its statement, sql/{name.replace('.', '/')}.sql, or take it out of the workflow.",
                )
            if stored[name].partitioned != (name in workflow.partitioned):
                kind, key = ("by date", "prod") if stored[name].partitioned else ("whole", "whole or dimensions")
                raise DefinitionError(
                    f"workflow {workflow.name} does not build {name} as it is stored: {kind}.",
                    hint=f"Name it in {key}, or change how the table is stored.",
                )
            if name in built:
                raise DefinitionError(
                    f"table {name} is built by {built[name]}, {workflow.name}.",
                    hint="Name it in one workflow only.",
                )
            built[name] = workflow.name
        _refuse_other_scripts(workflow, stored)


def _refuse_other_scripts(workflow: Refinement, stored: Mapping[str, Table]) -> None:
    """Refuse a workflow whose jobs of the kind `script` are not for the tables that scripts make."""
    jobs = {job.table for job in workflow.jobs if job.kind == SCRIPT}
    made = {name for name in workflow.prod if stored[name].script}
    if made != jobs:
        what = f"no script job for {min(made - jobs)}" if made - jobs else f"a script job for {min(jobs - made)!r}"
        raise DefinitionError(
            f"workflow {workflow.name} has {what}.",
            hint="Give it jobs=with_scripts({NAME: TABLE, ...}), with each table of `prod` that a script makes.",
        )
