"""The mark of what was published: the digest of its content, in a place of the content that Grafana keeps as it is.

A dashboard has it among its tags, a data source in its settings, an alert rule among its annotations. A folder has
none: its title is all there is of it; nor has a contact point, so that what is other than defined counts as a person's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from millrace.dashboards.grafana.publishing.ports import Content, FoundThing, Thing, ThingKind

_TAG = "millrace:"
_KEY = "millrace"
_BY_GRAFANA = ("id", "version", "iteration", "schemaVersion")  # its numbers, and the form that it brought it to
_BY_GRAFANA_IN_PANELS = ("pluginVersion",)


@dataclass(frozen=True)
class _MarkPlace:
    """Where a kind has its mark. `bare`: the content without the mark and what Grafana adds; `marked`: with a mark."""

    mark: Callable[[Content], str]
    bare: Callable[[Content, Content], Content]
    marked: Callable[[Content, str], Content]


def marked(thing: Thing) -> Thing:
    """With its mark, as it is sent."""
    place = _PLACES[thing.kind]
    return replace(thing, content=place.marked(thing.content, digest(thing, thing.content)))


def mark_of(thing: Thing, found: FoundThing) -> str:
    """That of what is in Grafana; "" where nobody has published it."""
    return _PLACES[thing.kind].mark(found.content)


def digest(thing: Thing, content: Content) -> str:
    """Of a content, as far as it can be compared with the thing's."""
    text = json.dumps(comparable(thing, content), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def comparable(thing: Thing, content: Content) -> Content:
    """A content without the mark, and without what Grafana adds of its own."""
    return _PLACES[thing.kind].bare(content, thing.content)


def _tags(content: Content) -> list[str]:
    return [str(one) for one in content.get("tags") or ()]


def _tag(content: Content) -> str:
    return next((one.removeprefix(_TAG) for one in _tags(content) if one.startswith(_TAG)), "")


def _bare_dashboard(content: Content, _: Content) -> Content:
    kept = {key: value for key, value in content.items() if key not in _BY_GRAFANA}
    panels = [
        {key: value for key, value in panel.items() if key not in _BY_GRAFANA_IN_PANELS}
        for panel in content.get("panels") or ()
    ]
    return {**kept, "panels": panels, "tags": [one for one in _tags(content) if not one.startswith(_TAG)]}


def _tagged(content: Content, mark: str) -> Content:
    return {**content, "tags": [*_tags(content), f"{_TAG}{mark}"]}


def _settings(content: Content) -> Mapping[str, Any]:
    return content.get("jsonData") or {}


def _published(found: Any, wanted: Any) -> Any:
    """Only what is published: Grafana gives back much that a thing has by default."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        named = [key for key in wanted if key in found and key != _KEY]
        return {key: _published(found[key], wanted[key]) for key in named}
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        return [_published(one, other) for one, other in zip(found, wanted, strict=True)]
    return found


def _bare_source(content: Content, wanted: Content) -> Content:
    return {**_published(content, wanted), "jsonData": _unmarked(_settings(content))}


def _bare_rule(content: Content, wanted: Content) -> Content:
    """Labels, annotations and who is told, as they are: what is no longer defined was published before."""
    named = {name: content.get(name) or {} for name in ("labels", "notification_settings")}
    return {**_published(content, wanted), **named, "annotations": _unmarked(_annotations(content))}


def _unmarked(named: Mapping[str, Any]) -> Mapping[str, Any]:
    """All that is there, since Grafana adds nothing of its own."""
    return {key: value for key, value in named.items() if key != _KEY}


def _annotations(content: Content) -> Mapping[str, Any]:
    return content.get("annotations") or {}


def _annotated(content: Content, mark: str) -> Content:
    return {**content, "annotations": {**_annotations(content), _KEY: mark}}


def _with_setting(content: Content, mark: str) -> Content:
    return {**content, "jsonData": {**_settings(content), _KEY: mark}}


_PLACES: Mapping[ThingKind, _MarkPlace] = MappingProxyType(
    {
        ThingKind.FOLDER: _MarkPlace(lambda content: "", _published, lambda content, _: content),
        ThingKind.DATASOURCE: _MarkPlace(
            lambda content: str(_settings(content).get(_KEY, "")), _bare_source, _with_setting
        ),
        ThingKind.DASHBOARD: _MarkPlace(_tag, _bare_dashboard, _tagged),
        ThingKind.CONTACT: _MarkPlace(lambda content: "", _published, lambda content, _: content),
        ThingKind.ALERT: _MarkPlace(lambda content: str(_annotations(content).get(_KEY, "")), _bare_rule, _annotated),
    }
)
