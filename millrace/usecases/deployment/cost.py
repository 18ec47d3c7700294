"""What a stage costs a month, from its synthesised template; without credentials or network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from millrace.errors import DefinitionError, LakeError
from millrace.infra.pricing.assumptions import CostAssumptions
from millrace.infra.pricing.charges import CostEstimate
from millrace.infra.pricing.price_list import PriceList, read_prices
from millrace.infra.pricing.sizes import LakeSizes, default_sizes, measured
from millrace.infra.pricing.template_view import Frequencies, TemplateView
from millrace.infra.project.project import Project
from millrace.infra.stages.reading import read_stage
from millrace.usecases.deployment.stack import read_template, stack_of, with_troposphere

if TYPE_CHECKING:
    from millrace.infra.pricing.workload import Workload
    from millrace.infra.runtime.base import Runtime
    from millrace.infra.stages.stage import Stage

# How jobs of runs can be done, by the options of [workflow] that say so.
_WAYS: Mapping[str, Mapping[str, Any]] = {
    "Glue, a job each": {"orchestrator": "glue", "jobs": "each"},
    "Glue, fused": {"orchestrator": "glue", "jobs": "fused"},
    "Step Functions": {"orchestrator": "stepfunctions"},
    "events": {"orchestrator": "events"},
    "no jobs on AWS": {"orchestrator": "none"},
}
_NOT_COUNTED = (
    "not counted: data transfer out of AWS, Grafana, the bucket of artefacts, support, taxes; polls and runs that are"
    " made again; queries by hand; the rotations of a key"
)


@dataclass(frozen=True)
class CostRequest:
    """`prices`: a file that overrides the list that ships; `template`: one to price instead of the synthesised one."""

    assumed: CostAssumptions = field(default_factory=CostAssumptions)
    frequencies: Frequencies = field(default_factory=Frequencies)
    prices: Path | None = None
    template: Path | None = None


@dataclass(frozen=True)
class StageCost:
    """`ways`: the cost by how jobs are done, none of a template from a file. `notes`: what it assumes, a line each."""

    estimate: CostEstimate
    ways: Mapping[str, CostEstimate]
    notes: tuple[str, ...]

    def items(self) -> list[dict[str, Any]]:
        """A row for each price, and the total."""
        found = self.estimate
        total = {"service": "total", "item": "", "quantity": None, "unit": "", "price": "", "from": ""}
        sums = {"list_usd": round(found.list_usd, 2), "usd": round(found.usd, 2)}
        rows = [*found.rows(), {**total, **sums}]
        return [{name: row[name] for name in ITEM_COLUMNS} for row in rows]

    def comparison(self) -> list[dict[str, Any]]:
        """A row for each service and the total: dollars a month, after what is always free, by how jobs are done."""
        by_way = {way: one.services() for way, one in self.ways.items()}
        services = sorted({service for of in by_way.values() for service in of})
        rows = [
            {"service": service, **{way: round(of.get(service, 0.0), 2) for way, of in by_way.items()}}
            for service in services
        ]
        return [*rows, {"service": "total", **{way: round(one.usd, 2) for way, one in self.ways.items()}}]


ITEM_COLUMNS = ("service", "item", "quantity", "unit", "price", "list_usd", "usd", "from")


def stage_cost(
    project: Project,
    stage: str,
    request: CostRequest | None = None,
    runtime: Runtime | None = None,
    *,
    named: bool = True,
) -> StageCost:
    """`runtime`: of a lake whose sizes are taken, if it holds any. `named`: by the reader, so it has to be there.

    Raises UnknownName, UsageError and DefinitionError for a stage, a file or a template that cannot be read or priced;
    LakeError for a lake that is named and missing or broken, SettingError without troposphere.
    """
    with_troposphere()
    asked = request or CostRequest()
    prices, found = read_prices(asked.prices), read_stage(stage, project.folder)
    sizes = default_sizes() if runtime is None else _sizes(runtime, named)
    pricing = _Pricing(project, asked, prices, sizes)
    content = read_template(asked.template) if asked.template else stack_of(project, found).content
    ways, left_out = ({}, []) if asked.template else _by_way(project, found, pricing)
    workload = pricing.workload(content)
    return StageCost(pricing.of(content), ways, (*_notes(found, workload, prices), *left_out))


def _by_way(project: Project, stage: Stage, pricing: _Pricing) -> tuple[dict[str, CostEstimate], list[str]]:
    """The cost by how jobs are done, and why some orchestrators cannot do them."""
    ways: dict[str, CostEstimate] = {}
    left_out = []
    for way in _WAYS:
        try:
            ways[way] = pricing.of(stack_of(project, _with(stage, way)).content)
        except DefinitionError as error:
            left_out.append(f"{way}: not there, since {error.message}")
    return ways, left_out


def monthly_cost(project: Project, content: Mapping[str, Any]) -> float:
    """US dollars a month of a template, by all defaults, after what is always free. Raises DefinitionError for a
    resource that has no price.
    """
    return _Pricing(project, CostRequest(), read_prices(None), default_sizes()).of(content).usd


@dataclass(frozen=True)
class _Pricing:
    project: Project
    request: CostRequest
    prices: PriceList
    sizes: LakeSizes

    def of(self, content: Mapping[str, Any]) -> CostEstimate:
        from millrace.infra.pricing.rules import charges_of

        return CostEstimate.of(self.prices, charges_of(self.workload(content), self.prices))

    def workload(self, content: Mapping[str, Any]) -> Workload:
        from millrace.infra.pricing.workload import WorkflowShape, Workload

        panels = max((len(one.panels) for one in self.project.dashboards), default=0)
        flows = {name: WorkflowShape.of(one) for name, one in self.project.pipelines.workflows.items()}
        view = TemplateView(content, self.request.frequencies)
        return Workload(view, self.sizes, flows, panels, self.request.assumed)


def _sizes(runtime: Runtime, named: bool) -> LakeSizes:
    """The defaults for a lake that only lies here and is missing or broken: nobody asked for it."""
    try:
        if runtime.exists():
            return measured(runtime.storage, runtime.catalog, runtime.pipelines.refinements.values(), str(runtime.home))
    except LakeError as error:
        if named:
            raise
        return replace(default_sizes(), unmeasured=str(error))
    if named:
        raise LakeError(f"there is no lake in {runtime.home}.", hint="Leave out --home: defaults are taken then.")
    return default_sizes()


def _with(stage: Stage, way: str) -> Stage:
    return replace(stage, workflow=replace(stage.workflow, **_WAYS[way]))


def _notes(stage: Stage, workload: Workload, prices: PriceList) -> list[str]:
    elsewhere = f"; the stage is in {stage.region}, whose prices differ: give them by --prices"
    notes = [
        f"US dollars a month of 730 hours, list prices of {prices.region}, {prices.as_of:%Y-%m-%d}"
        f"{elsewhere if stage.region != prices.region else ''}",
        "usd is after what is always free, as if nothing else in the account used it",
    ]
    if not any((*workload.view.polls.values(), *workload.view.runs.values())):
        notes.append("nothing starts by the clock: --polls-per-hour and --runs-per-hour say what you start yourself")
    notes.append(f"sizes of snapshots: {workload.sizes.in_words}")
    notes += [f"{name} = {value:g}: {about}" for name, value, about in workload.assumed.in_words()]
    return [*notes, _NOT_COUNTED]
