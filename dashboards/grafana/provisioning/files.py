"""The files by their places: the data source, the provider of dashboards, and Grafana with Millrace in containers.

Sources: Grafana's documentation, "Provision Grafana"; the Athena data source's, "Configure"; the Compose Specification.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from importlib.resources import files

DASHBOARDS = "dashboards"  # the folder of the dashboards' files, beside these
_DATASOURCE = "provisioning/datasources/millrace.yaml"
_PROVIDER = "provisioning/dashboards/millrace.yaml"


@dataclass(frozen=True, slots=True)
class StageAthena:
    """What the data source of a stage names: a database, and the workgroup of readers."""

    stage: str
    database: str
    workgroup: str


def provisioning_files(stage: StageAthena | None) -> Mapping[str, str]:
    """By place. `stage`: None for a lake in a folder, which a container beside Grafana serves."""
    if stage is None:
        local = {"compose.yaml": _text("compose.yaml"), _DATASOURCE: _text("local.yaml")}
        return {**local, _PROVIDER: _text("dashboards.yaml")}
    named = {"DATABASE": stage.database, "WORKGROUP": stage.workgroup, "STAGE": stage.stage}
    written = reduce(lambda text, name: text.replace(name, named[name]), named, _text("stage.yaml"))
    return {_DATASOURCE: written, _PROVIDER: _text("dashboards.yaml")}


def _text(name: str) -> str:
    return files("millrace.dashboards.grafana.provisioning").joinpath(name).read_text(encoding="utf-8")
