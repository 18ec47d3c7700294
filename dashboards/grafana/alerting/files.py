"""The rules, the contact point and the notification policy as provisioning files.

A file is JSON, which is YAML too. Grafana puts variables of its environment in place of `$NAME`, so each `$` of a rule
is written twice, and a secret stays out of the files: it is `$__env{NAME}`.

Sources: Grafana's documentation, "Use configuration files to provision alerting resources", "Provision Grafana" ("Use
environment variables"). The policies of a file take the place of all that an organisation has; what is none of these
rules still goes where Grafana sends it by default.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from millrace.dashboards.definitions.alert import Severity
from millrace.dashboards.grafana.alerting.rules import EVERY, GROUP, OWN_LABEL, GrafanaAlert
from millrace.dashboards.grafana.targets import Json

CONTACT = "Millrace"
WEBHOOK_VARIABLE, EMAIL_VARIABLE = "MILLRACE_ALERTS_WEBHOOK", "MILLRACE_ALERTS_EMAIL"
_CONTACT_UID = "millrace"
_FOLDER = "Millrace"  # the title of the folder, as dashboards are in
_DEFAULT_CONTACT = "grafana-default-email"
_OF_THE_GROUP = ("folderUID", "orgID", "ruleGroup")  # said once for all rules of a file
_REPEATED: Mapping[Severity, str] = MappingProxyType({Severity.CRITICAL: "4h", Severity.WARNING: "1d"})


class Contact(StrEnum):
    """How people are told."""

    WEBHOOK = "webhook"
    EMAIL = "email"


def alerting_files(alerts: Iterable[GrafanaAlert], contact: Contact) -> Mapping[str, str]:
    """By place."""
    folder = "provisioning/alerting"
    return {
        f"{folder}/rules.yaml": _text("Alert rules, as Millrace renders them.", _groups(alerts)),
        f"{folder}/contact.yaml": _text("Who is told.", {"contactPoints": [_contact_point(contact)]}),
        f"{folder}/policy.yaml": _text("What goes to whom.", {"policies": [{"orgId": 1, **policy()}]}),
    }


def contact_settings(contact: Contact) -> Json:
    """The receiver's settings, with a variable of Grafana's environment in place of the address."""
    if contact is Contact.EMAIL:
        return {"addresses": f"$__env{{{EMAIL_VARIABLE}}}", "singleEmail": True}
    return {"url": f"$__env{{{WEBHOOK_VARIABLE}}}", "httpMethod": "POST"}


def policy() -> Json:
    """The policy as Grafana's provisioning API has it: one message for each alert, said again while it lasts."""
    routes = [
        {
            "receiver": CONTACT,
            "object_matchers": [[OWN_LABEL[0], "=", OWN_LABEL[1]], ["severity", "=", severity.value]],
            "repeat_interval": repeated,
        }
        for severity, repeated in _REPEATED.items()
    ]
    return {"receiver": _DEFAULT_CONTACT, "group_by": ["alertname", "severity"], "routes": routes}


def _groups(alerts: Iterable[GrafanaAlert]) -> Json:
    rules = [{name: part for name, part in one.content.items() if name not in _OF_THE_GROUP} for one in alerts]
    group = {"orgId": 1, "name": GROUP, "folder": _FOLDER, "interval": f"{EVERY.seconds // 60}m", "rules": rules}
    return {"groups": [_escaped(group)]}


def _contact_point(contact: Contact) -> Json:
    receiver = {"uid": _CONTACT_UID, "type": contact.value, "settings": contact_settings(contact)}
    return {"orgId": 1, "name": CONTACT, "receivers": [receiver]}


def _escaped(node: object) -> object:
    if isinstance(node, Mapping):
        return {name: _escaped(value) for name, value in node.items()}
    if isinstance(node, list):
        return [_escaped(value) for value in node]
    return node.replace("$", "$$") if isinstance(node, str) else node


def _text(about: str, content: Json) -> str:
    written = json.dumps({"apiVersion": 1, **content}, indent=2, sort_keys=True, ensure_ascii=False)
    return f"# {about}\n{written}\n"
