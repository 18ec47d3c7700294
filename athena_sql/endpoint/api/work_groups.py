"""The operations on work groups: the endpoint has one, `primary`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from millrace.athena_sql.endpoint.api.shapes import Input, Operation, Output
from millrace.athena_sql.endpoint.execution.executions import ENGINE_VERSION
from millrace.athena_sql.endpoint.problems import invalid

PRIMARY = "primary"


@dataclass(frozen=True)
class WorkGroups:
    """`has_store`: whether results can go to an object store; if not, the endpoint keeps them (managed query results).

    `output`: the default s3:// address of results, or "". `created`: seconds since 1970.
    """

    has_store: bool
    output: str
    created: float

    def operations(self) -> Mapping[str, Operation]:
        return {"GetWorkGroup": self.get, "ListWorkGroups": self.list, "ListEngineVersions": self.engine_versions}

    def known(self, name: str | None) -> str:
        """The group's name; by default `primary`. Raises RequestRefused for any other."""
        if name not in (None, "", PRIMARY):
            raise invalid("WorkGroup is not found.")
        return PRIMARY

    def get(self, request: Input) -> Output:
        configuration: dict[str, Any] = {
            "ResultConfiguration": {"OutputLocation": self.output} if self.output else {},
            "ManagedQueryResultsConfiguration": {"Enabled": not self.has_store},
            "EnforceWorkGroupConfiguration": False,
            "PublishCloudWatchMetricsEnabled": False,
            "RequesterPaysEnabled": False,
            "EnableMinimumEncryptionConfiguration": False,
            "EngineVersion": ENGINE_VERSION,
        }
        name = self.known(request["WorkGroup"])
        return {"WorkGroup": {**self._summary(name), "Configuration": configuration}}

    def list(self, request: Input) -> Output:
        return {"WorkGroups": [{**self._summary(PRIMARY), "EngineVersion": ENGINE_VERSION}]}

    def _summary(self, name: str) -> Output:
        return {"Name": name, "State": "ENABLED", "Description": "", "CreationTime": self.created}

    def engine_versions(self, request: Input) -> Output:
        effective = ENGINE_VERSION["EffectiveEngineVersion"]
        return {"EngineVersions": [ENGINE_VERSION, {**ENGINE_VERSION, "SelectedEngineVersion": effective}]}
