"""A Grafana server by its HTTP API, through grafana-client.

Sources: Grafana developer documentation, "HTTP API": Dashboard, Data source, Folder, Plugins, Alerting provisioning;
the `status` of a version conflict is `version-mismatch`, with HTTP 412.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from grafana_client.api import GrafanaApi
from grafana_client.client import GrafanaClientError, GrafanaException, GrafanaTimeoutError
from niquests.exceptions import ConnectionError as NotConnected
from niquests.exceptions import RequestException, SSLError, TooManyRedirects

from millrace.connection_errors import root_cause
from millrace.dashboards.grafana.publishing.ports import Content, FoundThing, Thing, ThingKind
from millrace.errors import MillraceError, ServiceBusy, ServiceRefused, SettingError, UsageError
from millrace.settings import Secret

TIMEOUT = 30.0  # seconds for an answer
_TRIES, _FIRST_WAIT = 4, 1.0  # where it has too much to do; seconds, doubled after each
_NOT_FOUND, _TOO_MANY = 404, 429
_HINTS = {
    400: "Correct what it says, or make the change in Grafana.",
    401: "Set MILLRACE_GRAFANA_TOKEN to the token of a service account of this Grafana.",
    403: "Give the service account the role Editor, and Admin for the data source.",
    409: "Rename or delete what has this name or uid in Grafana.",
    412: "Somebody changed it meanwhile: give the command again.",
    422: "Correct what it says.",
}
_OTHER = "{} does not answer as Grafana does."
_OTHER_HINT = "Correct the address: a proxy or another program answers there."
_KEPT = 300  # characters of what a server says

T = TypeVar("T")


@dataclass(frozen=True)
class GrafanaByApi:
    """A GrafanaServer. `url`: its address, as in `https://grafana.example.org/`; `sleep`: seconds."""

    api: Any  # a GrafanaApi, whose methods have no types
    url: str
    sleep: Callable[[float], None]

    @classmethod
    def at(cls, url: str, token: Secret, sleep: Callable[[float], None], timeout: float = TIMEOUT) -> GrafanaByApi:
        """Raises SettingError for an address that is none."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise SettingError("the address of Grafana is none.", hint="Give it as https://HOST/, without a password.")
        if not re.fullmatch(r"[!-~]+", token.reveal()):
            hint = "Set MILLRACE_GRAFANA_TOKEN to one word of letters, digits and signs, as Grafana shows it."
            raise SettingError("the token for Grafana is none.", hint=hint)
        address = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}/"
        api = GrafanaApi.from_url(address, token.reveal(), timeout)
        api.client.s.max_redirects = 0  # a token is for this address alone
        return cls(api, address, sleep)

    def version(self) -> str:
        found = self._asked("the server", lambda: self.api.client.GET("/frontend/settings"))
        built = found.get("buildInfo") if isinstance(found, dict) else None
        if not isinstance(built, dict):
            raise UsageError(_OTHER.format(self.url), hint=_OTHER_HINT)
        return str(built.get("version", ""))

    def has_plugin(self, name: str) -> bool:
        found = self._asked("its plugins", self.api.plugin.list)
        return any(one.get("id") == name for one in found)

    def find(self, thing: Thing) -> FoundThing | None:
        match thing.kind:
            case ThingKind.FOLDER:
                found = self._looked_up(thing, lambda: self.api.folder.get_folder(thing.uid))
                return None if found is None else FoundThing(found)
            case ThingKind.DATASOURCE:
                found = self._looked_up(thing, lambda: self.api.datasource.get_datasource_by_uid(thing.uid))
                return None if found is None else FoundThing(found)
            case ThingKind.DASHBOARD:
                found = self._looked_up(thing, lambda: self.api.dashboard.get_dashboard(thing.uid))
                return None if found is None else _dashboard(found)
            case ThingKind.CONTACT:
                every = self._asked(_said(thing), self.api.alertingprovisioning.get_contactpoints)
                return next((FoundThing(one) for one in every if one.get("uid") == thing.uid), None)
            case ThingKind.ALERT:
                found = self._looked_up(thing, lambda: self.api.alertingprovisioning.get_alertrule(thing.uid))
                return None if found is None else FoundThing(found)

    def put(self, thing: Thing, before: FoundThing | None) -> None:
        match thing.kind:
            case ThingKind.FOLDER:
                self._asked(_said(thing), lambda: self._put_folder(thing, before))
            case ThingKind.DATASOURCE:
                self._asked(_said(thing), lambda: self._put_source(thing, before))
            case ThingKind.DASHBOARD:
                self._asked(_said(thing), lambda: self.api.dashboard.update_dashboard(_saved(thing, before)))
            case ThingKind.CONTACT:
                self._asked(_said(thing), lambda: self._put_contact(thing, before))
            case ThingKind.ALERT:
                self._asked(_said(thing), lambda: self._put_alert(thing, before))

    def _put_folder(self, thing: Thing, before: FoundThing | None) -> object:
        if before is None:
            return self.api.folder.create_folder(thing.title, uid=thing.uid)
        return self.api.folder.update_folder(thing.uid, thing.title, overwrite=True)

    def _put_source(self, thing: Thing, before: FoundThing | None) -> object:
        content = {**thing.content, "uid": thing.uid, "secureJsonData": dict(thing.secrets)}
        if before is None:
            return self.api.datasource.create_datasource(content)
        return self.api.datasource.update_datasource_by_uid(thing.uid, content)

    def _put_contact(self, thing: Thing, before: FoundThing | None) -> object:
        """People may change it in Grafana, as they may an alert rule: it has no provenance."""
        alerting, content = self.api.alertingprovisioning, dict(thing.content)
        if before is None:
            return alerting.create_contactpoint(content, disable_provenance=True)
        return alerting.update_contactpoint(thing.uid, content, disable_provenance=True)

    def _put_alert(self, thing: Thing, before: FoundThing | None) -> object:
        alerting, content = self.api.alertingprovisioning, dict(thing.content)
        if before is None:
            return alerting.create_alertrule(content, disable_provenance=True)
        return alerting.update_alertrule(thing.uid, content, disable_provenance=True)

    def _looked_up(self, thing: Thing, call: Callable[[], T]) -> T | None:
        """None for what there is not."""
        try:
            return self._asked(_said(thing), call)
        except _NotThere:
            return None

    def _asked(self, what: str, call: Callable[[], T]) -> T:
        """The answer, after waits where the server has too much to do."""
        for tried in range(_TRIES):
            try:
                with self._translated(what):
                    return call()
            except _TooMany:
                if tried == _TRIES - 1:
                    raise
                self.sleep(_FIRST_WAIT * 2**tried)
        raise AssertionError("the last try returns or raises")

    @contextmanager
    def _translated(self, what: str) -> Iterator[None]:
        try:
            yield
        except GrafanaTimeoutError:
            raise ServiceBusy(f"Grafana at {self.url} gives no answer about {what}.", hint="Try again later.") from None
        except GrafanaException as error:
            raise _refusal(error, what) from None
        except TooManyRedirects:
            hint = "Give the address that it has in the end."
            raise UsageError(f"{self.url} sends us to another address.", hint=hint) from None
        except SSLError as error:
            hint = "Correct the address or the certificate."
            raise UsageError(
                f"{self.url} has no certificate that is trusted: {root_cause(error)}.", hint=hint
            ) from None
        except NotConnected as error:
            hint = "Correct the address, or start Grafana."
            raise UsageError(f"Grafana at {self.url} cannot be reached: {root_cause(error)}.", hint=hint) from None
        except (RequestException, ValueError):  # it may say the token
            raise UsageError(_OTHER.format(self.url), hint=_OTHER_HINT) from None


class _NotThere(ServiceRefused):
    """HTTP 404."""


class _TooMany(ServiceBusy):
    """HTTP 429."""


def _refusal(error: GrafanaException, what: str) -> MillraceError:
    status, said = error.status_code, _short(_message(error))
    message = f"Grafana answers {status} about {what}: {said}"
    if status == _NOT_FOUND:
        return _NotThere(message, hint="Publish again: what it needs was deleted meanwhile.")
    if status == _TOO_MANY:
        return _TooMany(message, hint="Try again later.")
    if status == 412:
        return ServiceBusy(message, hint=_HINTS[412])
    if isinstance(error, GrafanaClientError):
        return ServiceRefused(message, hint=_HINTS.get(status, "Correct what it says."))
    return ServiceBusy(message, hint="Look at Grafana's log, and try again.")


def _message(error: GrafanaException) -> str:
    given = error.response
    return str(given.get("message", given)) if isinstance(given, dict) else str(given or error.message)


def _short(said: object) -> str:
    text = " ".join(str(said).split())
    return f"{text[:_KEPT]}..." if len(text) > _KEPT else text


def _said(thing: Thing) -> str:
    return f"the {thing.kind} {thing.title}"


def _dashboard(found: Content) -> FoundThing:
    content = found["dashboard"]
    return FoundThing(content, int(content["version"]), str(found.get("meta", {}).get("folderUid", "")))


def _saved(thing: Thing, before: FoundThing | None) -> dict[str, Any]:
    """The request that saves a dashboard, in the folder where it is. Its version is the one that was seen, so that no
    change is lost.
    """
    folder = before.folder if before is not None and before.folder else thing.folder
    content: Content = {**thing.content, "id": None}
    if before is not None:
        content = {**content, "id": before.content.get("id"), "version": before.revision}
    return {"dashboard": content, "folderUid": folder, "message": "Published by Millrace", "overwrite": False}
