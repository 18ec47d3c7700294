"""A double of Grafana's HTTP API: folders, data sources and dashboards, with its shapes and its errors.

Source: Grafana's OpenAPI description (`public/openapi3.json` of grafana/grafana): getFolderByUID, createFolder,
getDataSourceByUID, addDataSource, updateDataSourceByUID, getDashboardByUID, postDashboard. grafana-client reads the
version from the frontend's settings.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.doubles.loopback_server import LoopbackRequest, LoopbackResponse, LoopbackServer

TOKEN = "glsa_of-a-test"
_ALERTING = "/api/v1/provisioning"
GrafanaAnswer = tuple[int, Any]


def _error(code: int, message: str, **more: str) -> GrafanaAnswer:
    return code, {"message": message, **more}


@dataclass
class GrafanaDouble:
    """`answers`: what is answered in place of the next requests whose method and path begin so, each once or more.

    `writes`: the requests that changed something.
    """

    version: str = "12.3.0"
    plugins: tuple[str, ...] = ("grafana-athena-datasource",)
    answers: dict[str, list[GrafanaAnswer]] = field(default_factory=dict)
    folders: dict[str, dict[str, Any]] = field(default_factory=dict)
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    dashboards: dict[str, dict[str, Any]] = field(default_factory=dict)
    rules: dict[str, dict[str, Any]] = field(default_factory=dict)
    contacts: dict[str, dict[str, Any]] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)
    before_save: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.server = LoopbackServer(self._respond)
        self.url = f"{self.server.url}/"

    def edit(self, uid: str, **changes: Any) -> None:
        """What a person saves in the browser."""
        saved = self.dashboards[uid]
        saved["dashboard"] = {**saved["dashboard"], **changes, "version": saved["dashboard"]["version"] + 1}

    def _respond(self, request: LoopbackRequest) -> LoopbackResponse:
        status, body = self._answer(request)
        return LoopbackResponse(status, json.dumps(body).encode(), (("Content-Type", "application/json"),))

    def _answer(self, request: LoopbackRequest) -> GrafanaAnswer:
        asked = f"{request.method} {request.path}"
        for begin, answers in self.answers.items():
            if asked.startswith(begin) and answers:
                return answers.pop(0)
        if request.headers["Authorization"] != f"Bearer {TOKEN}":
            return _error(401, "Invalid API key", messageId="api-key.invalid", traceID="")
        body = json.loads(request.body) if request.body else {}
        if request.path == "/api/frontend/settings":
            return 200, {"buildInfo": {"version": self.version, "edition": "Open Source"}, "datasources": {}}
        if request.path.startswith("/api/plugins"):
            return 200, [{"id": one, "name": one, "type": "datasource", "enabled": True} for one in self.plugins]
        if request.method == "GET":
            return self._found(request.path)
        self.writes.append(asked)
        return self._written(request.path, body)

    def _found(self, path: str) -> GrafanaAnswer:
        if path.startswith(f"{_ALERTING}/contact-points"):
            return 200, [*self.contacts.values()]
        kind, _, uid = path.removeprefix("/api/").rpartition("/")
        kept: Mapping[str, tuple[Mapping[str, Any], str]] = {
            "folders": (self.folders, "folder not found"),
            "datasources/uid": (self.sources, "Data source not found"),
            "dashboards/uid": (self.dashboards, "Dashboard not found"),
            "v1/provisioning/alert-rules": (self.rules, "could not find alert rule"),
        }
        things, missing = kept[kind]
        return (200, things[uid]) if uid in things else _error(404, missing, status="not-found")

    def _written(self, path: str, body: Any) -> GrafanaAnswer:
        if path.startswith("/api/folders/"):
            uid = path.rpartition("/")[2]
            self.folders[uid] = {**self.folders[uid], "title": body["title"]}
            return 200, self.folders[uid]
        if path == "/api/folders":
            self.folders[body["uid"]] = {"id": len(self.folders) + 1, "version": 1, **body}
            return 200, self.folders[body["uid"]]
        if path.startswith("/api/datasources"):
            return self._source_written(path, body)
        if path.startswith(f"{_ALERTING}/alert-rules"):
            return self._rule_written(path, body)
        if path.startswith(f"{_ALERTING}/contact-points"):
            self.contacts[body["uid"]] = {**body, "disableResolveMessage": False}
            return 202, self.contacts[body["uid"]]
        assert path == "/api/dashboards/db", path
        self.before_save()
        return self._saved(body)

    def _source_written(self, path: str, body: Any) -> GrafanaAnswer:
        new = path == "/api/datasources"
        if new and any(one["name"] == body["name"] for one in self.sources.values()):
            return _error(409, "data source with the same name already exists")
        secrets = dict.fromkeys(body.pop("secureJsonData", {}), True)
        defaults = {"orgId": 1, "url": "", "basicAuth": False, "isDefault": False, "readOnly": False}
        self.sources[body["uid"]] = {"id": 7, **defaults, **body, "version": 1, "secureJsonFields": secrets}
        said = "Datasource added" if new else "Datasource updated"
        return 200, {"id": 7, "name": body["name"], "message": said, "datasource": self.sources[body["uid"]]}

    def _rule_written(self, path: str, body: Any) -> GrafanaAnswer:
        """With what Grafana adds to the models of queries (`AlertQuery.PreSave`)."""
        receiver = body.get("notification_settings", {}).get("receiver")
        if body["folderUID"] not in self.folders:
            return _error(400, "folder does not exist")
        if receiver is not None and receiver not in {one["name"] for one in self.contacts.values()}:
            return _error(400, "invalid alert rule: contact point does not exist")
        sampled = {"intervalMs": 1000, "maxDataPoints": 43200}
        data = [{**one, "model": {**one["model"], **sampled}} for one in body["data"]]
        self.rules[body["uid"]] = {"id": 3, "updated": "2026-12-01T00:00:00Z", **body, "data": data, "provenance": ""}
        return 201 if path.endswith("alert-rules") else 200, self.rules[body["uid"]]

    def _saved(self, body: Any) -> GrafanaAnswer:
        given, uid = body["dashboard"], body["dashboard"]["uid"]
        if body["folderUid"] not in self.folders:
            return _error(404, "folder not found", status="not-found")
        before = self.dashboards.get(uid, {}).get("dashboard")
        if before is not None and not body["overwrite"] and given.get("version") != before["version"]:
            return _error(412, "The dashboard has been changed by someone else", status="version-mismatch")
        version = before["version"] + 1 if before else 1
        number = before["id"] if before else len(self.dashboards) + 1
        panels = [{**panel, "pluginVersion": self.version} for panel in given["panels"]]
        dashboard = {**given, "id": number, "version": version, "schemaVersion": 42, "panels": panels}
        meta = {"folderUid": body["folderUid"], "version": version, "type": "db", "canSave": True, "provisioned": False}
        self.dashboards[uid] = {"dashboard": dashboard, "meta": meta}
        return 200, {"id": number, "uid": uid, "status": "success", "version": version, "url": f"/d/{uid}", "slug": uid}
