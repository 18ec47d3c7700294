"""A Grafana that a double stands for, and what publishes the shipped dashboards in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from millrace.dashboards.grafana.publishing.api import GrafanaByApi
from millrace.infra.project.project import Project
from millrace.project.folder import shipped_folder
from millrace.settings import Secret, Settings
from millrace.usecases.definitions.publishing import Publishing, publishing
from tests.doubles.grafana_server import TOKEN, GrafanaDouble

PROJECT = Project(shipped_folder())
TAXIS, OPERATIONS = "millrace-taxis", "millrace-operations"


@dataclass
class Published:
    """A Grafana, and what publishes in it. `slept`: the seconds between tries."""

    grafana: GrafanaDouble
    slept: list[float]
    contact: Secret | None = None

    def opened(self, stage: str | None = None, *, token: str = TOKEN, timeout: float = 5.0) -> Publishing:
        server = GrafanaByApi.at(self.grafana.url, Secret(token), self.slept.append, timeout)
        return publishing(PROJECT, stage, server, Settings(Path(), grafana_contact=self.contact))

    def publish(self, stage: str | None = None, *, force: bool = False) -> dict[str, str]:
        return {one.thing.uid: str(one.change) for one in self.opened(stage).publish(force=force)}
