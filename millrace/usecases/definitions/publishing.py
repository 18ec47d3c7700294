"""Dashboards in a running Grafana: published, compared, and taken over from it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from millrace.dashboards.grafana.alerting.contacts import Contact, contact_settings, telling
from millrace.dashboards.grafana.alerting.rules import RUNBOOKS
from millrace.dashboards.grafana.model import GrafanaDocument
from millrace.dashboards.grafana.publishing.plans import PlannedThing, carried_out, plan
from millrace.dashboards.grafana.publishing.ports import GrafanaServer, Thing, ThingKind
from millrace.dashboards.grafana.targets import PLUGIN
from millrace.errors import SettingError, UsageError
from millrace.output_file import whole_file
from millrace.settings import is_http_address
from millrace.usecases.definitions.dashboards import (
    lake_facts,
    left_out,
    make_folder,
    rendered_alerts,
    rendered_dashboards,
    stage_athena,
)

if TYPE_CHECKING:
    from millrace.infra.project.project import Project
    from millrace.settings import Secret, Settings

OLDEST = 12  # Grafana's major version
_ANY = "any"  # the local Athena API takes any keys, unless it has some
_LOCAL = "http://127.0.0.1:8765"  # of `millrace athena`


@dataclass(frozen=True)
class Publishing:
    """The things of a project in a Grafana that can have them. `left_out`: a line for what it cannot have."""

    server: GrafanaServer
    things: Sequence[Thing]
    left_out: Sequence[str]

    def plan(self) -> list[PlannedThing]:
        return plan(self.things, self.server)

    def publish(self, *, force: bool) -> Iterator[PlannedThing]:
        """Each thing, once it is there or left as a person has changed it. The next one completes what is cut off."""
        return carried_out(self.plan(), self.server, force=force)


def publishing(
    project: Project,
    stage: str | None,
    server: GrafanaServer,
    settings: Settings,
    *,
    folder: str = "",
    runbooks: str = RUNBOOKS,
) -> Publishing:
    """What is to be in a Grafana, once it is known that it can have it. `folder`: its title; "": what people call it.
    `runbooks`: as in `rendered_alerts`.

    Raises UsageError for an old version and for a plugin that is missing, and as the server does.
    """
    _require_usable(server)
    facts = lake_facts(project, stage)
    title = {"title": folder} if folder else {}  # else people may call it what they want
    home = Thing(ThingKind.FOLDER, facts.source, folder or _named(stage), title)
    dashboards = [
        Thing(ThingKind.DASHBOARD, one.uid, one.title, one.content, folder=home.uid)
        for one in rendered_dashboards(project, stage).values()
    ]
    rules = _alerts(project, stage, settings, home, runbooks)
    things = [home, _source(facts.source, stage, settings), *dashboards, *rules]
    return Publishing(server, things, left_out(project, stage))


def grafana_server(settings: Settings, url: str | None) -> GrafanaServer:
    """That of the address, or of the settings. Raises SettingError for one that is missing, and for no token."""
    address = url or settings.grafana_url
    if not address:
        raise SettingError("nobody says where Grafana is.", hint="Give --url, or set MILLRACE_GRAFANA_URL.")
    if settings.grafana_token is None:
        hint = "Set MILLRACE_GRAFANA_TOKEN to the token of a service account."
        raise SettingError("there is no token for Grafana.", hint=hint)
    try:
        from millrace.dashboards.grafana.publishing.api import GrafanaByApi
    except ImportError:
        hint = "pip install 'millrace[aws]'"
        raise SettingError("publishing needs grafana-client, which is not installed.", hint=hint) from None
    return GrafanaByApi.at(address, settings.grafana_token, time.sleep)


def pull(planned: Sequence[PlannedThing], output: Path) -> list[Path]:
    """Writes each dashboard that a person has changed, as it is in Grafana, and returns the files."""
    files = []
    for one in planned:
        if one.is_by_a_person and one.thing.kind is ThingKind.DASHBOARD:
            make_folder(output)
            file = output / f"{one.thing.uid}.json"
            with whole_file(file) as meanwhile:
                meanwhile.write_text(json.dumps(one.there(), indent=2, sort_keys=True, ensure_ascii=False) + "\n")
            files.append(file)
    return files


def _alerts(project: Project, stage: str | None, settings: Settings, home: Thing, runbooks: str) -> list[Thing]:
    """The alert rules, and who is told: where nobody is named, by the notification policies that Grafana has."""
    contact = contact_of(settings.grafana_contact, home.uid)
    rules = rendered_alerts(project, stage, runbooks=runbooks)
    if contact is None:
        return [_rule(one, home) for one in rules]
    return [contact, *(_rule(telling(one, contact.title), home) for one in rules)]


def _rule(rule: GrafanaDocument, home: Thing) -> Thing:
    return Thing(ThingKind.ALERT, rule.uid, rule.title, rule.content, folder=home.uid)


def contact_of(address: Secret | None, name: str) -> Thing | None:
    """The contact point of an address, of a webhook or of mail. Raises SettingError for another one."""
    if address is None:
        return None
    given = address.reveal()
    if not is_http_address(given) and "@" not in given:
        hint = "Set it to https://... of a webhook, or to an address of mail."
        raise SettingError("MILLRACE_GRAFANA_CONTACT is no address.", hint=hint)
    contact = Contact.WEBHOOK if is_http_address(given) else Contact.EMAIL
    content = {"uid": name, "name": name, "type": contact.value, "settings": contact_settings(contact, given)}
    return Thing(ThingKind.CONTACT, name, name, content)


def _named(stage: str | None) -> str:
    return f"Millrace {stage}" if stage else "Millrace"


def _source(uid: str, stage: str | None, settings: Settings) -> Thing:
    """The lake's Athena: of a stage with the credentials that Grafana has, of a folder by `millrace athena`."""
    if stage is not None:
        at = stage_athena(stage)
        data = {"authType": "default", "defaultRegion": settings.aws.region or "ap-southeast-1"}
        data |= {"database": at.database, "workgroup": at.workgroup}
        keys: dict[str, str] = {}
    else:
        data = {"authType": "keys", "defaultRegion": "us-east-1", "endpoint": _LOCAL}
        data |= {"database": "prod", "workgroup": "primary"}
        access = settings.athena
        keys = {
            "accessKey": access.key_id if access else _ANY,
            "secretKey": access.secret.reveal() if access else _ANY,
        }
    name = _named(stage)
    content = {"name": name, "type": PLUGIN, "access": "proxy", "jsonData": {**data, "catalog": "AwsDataCatalog"}}
    return Thing(ThingKind.DATASOURCE, uid, name, content, secrets=keys)


def _require_usable(server: GrafanaServer) -> None:
    version = server.version()
    major = version.partition(".")[0]
    if not major.isdigit() or int(major) < OLDEST:
        raise UsageError(f"Grafana is of version {version or 'unknown'}.", hint=f"Bring it to {OLDEST} or newer.")
    if not server.has_plugin(PLUGIN):
        install = f"Install it there: grafana cli plugins install {PLUGIN}, and start Grafana again."
        hint = f"{install} A service account needs the role Admin to see it."
        raise UsageError("Grafana shows no plugin for Athena.", hint=hint)
