"""The template: the resources of all concerns, tagged and within the limits, as the same text for the same inputs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from troposphere import Output, Parameter, Template

from millrace.errors import DefinitionError
from millrace.infra.stack.catalog import catalog, catalog_outputs
from millrace.infra.stack.crawler import crawlers
from millrace.infra.stack.deployment import Deployment
from millrace.infra.stack.encryption import KEY_POLICY, encryption, encryption_outputs, key_notes, key_policy
from millrace.infra.stack.grafana import grafana
from millrace.infra.stack.ingest import ingest, ingest_outputs
from millrace.infra.stack.lake import lake, lake_outputs
from millrace.infra.stack.limits import MOST_BYTES, MOST_RESOURCES, check_limits
from millrace.infra.stack.network import network, network_notes
from millrace.infra.stack.observability.alerts import alert_outputs, observability
from millrace.infra.stack.orchestration.workflows import workflows
from millrace.infra.stack.packaged.release import release_outputs
from millrace.infra.stack.queries import queries, query_outputs
from millrace.infra.stack.resources import STAGE_TAG, tag
from millrace.infra.stack.tend import tend, tend_outputs
from millrace.infra.stages.reading import unknown_sources

CONCERNS: tuple[Callable[[Deployment], list[Any]], ...] = (
    encryption,
    lake,
    catalog,
    crawlers,
    ingest,
    network,
    workflows,
    queries,
    tend,
    observability,
    grafana,
)
_OUTPUTS = (
    release_outputs,
    encryption_outputs,
    lake_outputs,
    catalog_outputs,
    ingest_outputs,
    query_outputs,
    tend_outputs,
    alert_outputs,
)


@dataclass(frozen=True)
class SynthesisedStack:
    """A template, as data and as the text that is deployed, in a region. `notes`: what to know about it, a line each.

    `files`: further files that belong beside it, by name.
    """

    content: Mapping[str, Any]
    text: str
    region: str
    notes: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def summary(self) -> str:
        """How much of CloudFormation's limits it takes."""
        used = len(self.content["Resources"]), len(self.text.encode())
        return f"{used[0]} of {MOST_RESOURCES} resources, {used[1]:,} of {MOST_BYTES:,} bytes"


def synthesise(deployment: Deployment) -> SynthesisedStack:
    """Raises DefinitionError for definitions that AWS cannot take, or too many, and for the API key of no source."""
    for problem in unknown_sources(deployment.stage, [one.name for one in deployment.definitions.polled]):
        raise problem.as_error()
    template = Template(Description=f"Millrace: {deployment.definitions.project}, stage {deployment.stage.name}.")
    tags = {**deployment.stage.tags, STAGE_TAG: deployment.stage.name}
    for concern in CONCERNS:
        for made in concern(deployment):
            tag(made, tags)
            if made.title in template.resources:
                hint = "Rename one of the sources, workflows or jobs that have it in common."
                raise DefinitionError(f"two resources would be {made.title}.", hint=hint)
            template.resources[made.title] = made  # its `add_resource` counts, too, and stops without a number
    for outputs in _OUTPUTS:
        for name, (about, value) in outputs(deployment).items():
            template.add_output(Output(name, Description=about, Value=value))
    for parameter in list(_parameters(deployment, template)):
        template.add_parameter(parameter)
    content = json.loads(json.dumps(template.to_dict(), sort_keys=True))
    text = json.dumps(content, indent=1, sort_keys=True) + "\n"
    check_limits(content, text)
    notes = (*key_notes(deployment), *network_notes(deployment))
    policy = key_policy(deployment)
    return SynthesisedStack(content, text, deployment.stage.region, notes, {KEY_POLICY: policy} if policy else {})


def _parameters(deployment: Deployment, template: Template) -> Iterator[Parameter]:
    """Those that something refers to."""
    used = json.dumps(template.to_dict())
    for name, (default, about) in deployment.artefacts.parameters().items():
        if f'"{name}"' in used or f"${{{name}}}" in used:
            given = {"Default": default} if default else {}
            yield Parameter(name, Type="String", Description=about, **given)
