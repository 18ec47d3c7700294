"""Who is told of alerts: a contact point, which each rule names itself. So the notification policies of an
organisation, of which there is one tree, stay as they are.

Source: Grafana's documentation, "Alerting provisioning HTTP API": AlertRuleNotificationSettings, EmbeddedContactPoint.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType

from millrace.dashboards.definitions.alert import Severity
from millrace.dashboards.grafana.model import GrafanaDocument
from millrace.dashboards.grafana.targets import Json

_GROUP_BY = ("grafana_folder", "alertname", "severity")  # the first two have to be there
_REPEATED: Mapping[str, str] = MappingProxyType({Severity.CRITICAL: "4h", Severity.WARNING: "1d"})


class Contact(StrEnum):
    """How people are told."""

    WEBHOOK = "webhook"
    EMAIL = "email"


def contact_settings(contact: Contact, address: str) -> Json:
    """The receiver's settings. `address`: also a variable that Grafana puts in place of it."""
    if contact is Contact.EMAIL:
        return {"addresses": address, "singleEmail": True}
    return {"url": address, "httpMethod": "POST"}


def telling(rule: GrafanaDocument, receiver: str) -> GrafanaDocument:
    """The rule, which tells this contact point: one message for each alert, said again while it lasts."""
    repeated = _REPEATED[rule.content["labels"]["severity"]]
    told = {"receiver": receiver, "group_by": [*_GROUP_BY], "repeat_interval": repeated}
    return replace(rule, content={**rule.content, "notification_settings": told})
