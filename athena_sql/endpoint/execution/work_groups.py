"""The endpoint's one work group."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from millrace.athena_sql.endpoint.api.problems import invalid
from millrace.athena_sql.endpoint.execution.executions import ENGINE_VERSION

PRIMARY = "primary"


@dataclass(frozen=True)
class WorkGroups:
    """`has_store`: whether results go to an object store; if not, the service keeps them (managed query results).

    `output`: the default s3:// address of results, or "". `created`: seconds since 1970.
    """

    has_store: bool
    output: str
    created: float

    def operations(self) -> Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]]:
        return {"GetWorkGroup": self.get, "ListWorkGroups": self.list, "ListEngineVersions": self.engine_versions}

    def known(self, name: str | None) -> str:
        """Raises RequestRefused."""
        if name not in (None, "", PRIMARY):
            raise invalid("WorkGroup is not found.")
        return PRIMARY

    def get(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        configuration: dict[str, Any] = {
            "ResultConfiguration": {"OutputLocation": self.output} if self.output else {},
            "ManagedQueryResultsConfiguration": {"Enabled": not self.has_store},
            "EnforceWorkGroupConfiguration": False,
            "PublishCloudWatchMetricsEnabled": False,
            "RequesterPaysEnabled": False,
            "EnableMinimumEncryptionConfiguration": False,
            "EngineVersion": ENGINE_VERSION,
        }
        name = self.known(asked["WorkGroup"])
        return {"WorkGroup": {**self._summary(name), "Configuration": configuration}}

    def list(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        return {"WorkGroups": [{**self._summary(PRIMARY), "EngineVersion": ENGINE_VERSION}]}

    def _summary(self, name: str) -> dict[str, Any]:
        return {"Name": name, "State": "ENABLED", "Description": "", "CreationTime": self.created}

    def engine_versions(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        effective = ENGINE_VERSION["EffectiveEngineVersion"]
        return {"EngineVersions": [ENGINE_VERSION, {**ENGINE_VERSION, "SelectedEngineVersion": effective}]}
