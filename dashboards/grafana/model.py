"""A rendered dashboard."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class GrafanaDashboard:
    """A dashboard in Grafana's classic JSON. `uid` identifies it in every Grafana, and is part of its address."""

    uid: str
    title: str
    content: Mapping[str, Any]

    def text(self) -> str:
        """The file: the same bytes for the same content."""
        return json.dumps(self.content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
