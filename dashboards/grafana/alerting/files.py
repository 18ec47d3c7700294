"""The rules and the contact point as provisioning files.

A file is JSON, which is YAML too. Grafana puts variables of its environment in place of `$NAME`, so each `$` of a rule
is written twice, and an address stays out of the files: it is `$__env{NAME}`.

Sources: Grafana's documentation, "Use configuration files to provision alerting resources", "Provision Grafana" ("Use
environment variables").
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from millrace.dashboards.grafana.alerting.contacts import Contact, contact_settings, telling
from millrace.dashboards.grafana.alerting.rules import EVERY, GROUP
from millrace.dashboards.grafana.model import GrafanaDocument
from millrace.dashboards.grafana.targets import Json

# Of Grafana's environment: the address.
VARIABLES: Mapping[Contact, str] = MappingProxyType(
    {Contact.WEBHOOK: "MILLRACE_ALERTS_WEBHOOK", Contact.EMAIL: "MILLRACE_ALERTS_EMAIL"}
)
_RECEIVER = "millrace"
_FOLDER = "Millrace"  # the title of the folder, as dashboards are in
_OF_THE_GROUP = ("folderUID", "orgID", "ruleGroup")  # said once for all rules of a file


def alerting_files(alerts: Iterable[GrafanaDocument], contact: Contact) -> Mapping[str, str]:
    """By place."""
    folder = "provisioning/alerting"
    return {
        f"{folder}/rules.yaml": _text("Alert rules, as Millrace renders them.", _groups(alerts)),
        f"{folder}/contact.yaml": _text("Who is told.", {"contactPoints": [_contact_point(contact)]}),
    }


def _groups(alerts: Iterable[GrafanaDocument]) -> Json:
    told = [telling(one, _RECEIVER).content for one in alerts]
    rules = [{name: part for name, part in one.items() if name not in _OF_THE_GROUP} for one in told]
    group = {"orgId": 1, "name": GROUP, "folder": _FOLDER, "interval": f"{EVERY.seconds // 60}m", "rules": rules}
    return {"groups": [_escaped(group)]}


def _contact_point(contact: Contact) -> Json:
    settings = contact_settings(contact, f"$__env{{{VARIABLES[contact]}}}")
    receiver = {"uid": _RECEIVER, "type": contact.value, "settings": settings}
    return {"orgId": 1, "name": _RECEIVER, "receivers": [receiver]}


def _escaped(node: object) -> object:
    if isinstance(node, Mapping):
        return {name: _escaped(value) for name, value in node.items()}
    if isinstance(node, list):
        return [_escaped(value) for value in node]
    return node.replace("$", "$$") if isinstance(node, str) else node


def _text(about: str, content: Json) -> str:
    written = json.dumps({"apiVersion": 1, **content}, indent=2, sort_keys=True, ensure_ascii=False)
    return f"# {about}\n{written}\n"
