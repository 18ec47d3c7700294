"""A Grafana server, and the things in it that are published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

Content = Mapping[str, Any]


class ThingKind(StrEnum):
    """In the order in which they are published: each needs those before it."""

    FOLDER = "folder"
    DATASOURCE = "data source"
    DASHBOARD = "dashboard"
    CONTACT = "contact point"
    ALERT = "alert rule"


@dataclass(frozen=True)
class Thing:
    """What is to be in Grafana. `content`: as its HTTP API takes it, without what Grafana numbers itself.

    `folder`: the uid of the folder that it is in; "" for a kind that is in none. `secrets`: what Grafana takes and
    never gives back; it is written along with the rest.
    """

    kind: ThingKind
    uid: str
    title: str
    content: Content = field(repr=False)
    folder: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class FoundThing:
    """What is in Grafana. `revision`: what a change of it names, so that no other change is lost; 0: none is needed.

    `folder`: the uid of the folder that it is in, where people may have moved it.
    """

    content: Content = field(repr=False)
    revision: int = 0
    folder: str = ""


class GrafanaServer(Protocol):
    """A Grafana. Each method raises UsageError for a server that cannot be used, ServiceRefused for what it refuses,
    and ServiceBusy for what may pass by itself.
    """

    def version(self) -> str: ...

    def has_plugin(self, name: str) -> bool: ...

    def find(self, thing: Thing) -> FoundThing | None: ...

    def put(self, thing: Thing, before: FoundThing | None) -> None:
        """Make the thing, or change the one that was found `before`: ServiceBusy where it was changed meanwhile."""
