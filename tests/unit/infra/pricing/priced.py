"""Templates with a price: estimates of the judged stages, by the prices and sizes that ship."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from millrace.infra.pricing.assumptions import CostAssumptions
from millrace.infra.pricing.charges import CostEstimate, CostLine
from millrace.infra.pricing.price_list import PriceList, read_prices
from millrace.infra.pricing.rules import charges_of
from millrace.infra.pricing.sizes import default_sizes
from millrace.infra.pricing.template_view import Frequencies, TemplateView
from millrace.infra.pricing.workload import WorkflowShape, Workload
from tests.contracts.stack.templates import content, definitions

FLOWS = {one.name: WorkflowShape.of(one) for one in definitions().workflows}


def workload(template: Mapping[str, Any], frequencies: Frequencies | None = None, **assumed: float) -> Workload:
    """Readers look at dashboards of six panels."""
    return Workload(TemplateView(template, frequencies), default_sizes(), FLOWS, 6, CostAssumptions(**assumed))


def priced(
    template: Mapping[str, Any],
    frequencies: Frequencies | None = None,
    prices: PriceList | None = None,
    **assumed: float,
) -> CostEstimate:
    by = prices or read_prices()
    return CostEstimate.of(by, charges_of(workload(template, frequencies, **assumed), by))


def line(estimate: CostEstimate, key: str) -> CostLine:
    [found] = [one for one in estimate.lines if one.price.key == key]
    return found


def with_resource(name: str, title: str, kind: str, **properties: Any) -> dict[str, Any]:
    """The template of a judged stage with a resource that somebody added by hand."""
    template = content(name)
    return {**template, "Resources": {**template["Resources"], title: {"Type": kind, "Properties": properties}}}
