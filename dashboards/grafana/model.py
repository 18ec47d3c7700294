"""What is rendered for Grafana: a dashboard, or an alert rule."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class GrafanaDocument:
    """A dashboard in Grafana's classic JSON, or a rule in that of its provisioning API.

    `uid` identifies it in every Grafana, and is part of a dashboard's address.
    """

    uid: str
    title: str
    content: Mapping[str, Any]

    def text(self) -> str:
        """The file: the same bytes for the same content."""
        return json.dumps(self.content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
