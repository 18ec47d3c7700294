"""From the figures of all repeats to medians, targets and the document."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

from tests.bench.lake import Scale

Figures = dict[str, float]  # of one run of a case
Samples = dict[str, list[Figures]]

_TITLES = {
    "a": "gunzip alone, one thread",
    "b": "one bare DuckDB COPY to zstd Parquet",
    "c": "the whole workflow, crawl to prod with checks",
    "d": "the create step in PySpark local[2], session start excluded",
    "e": "dlt, filesystem destination, a tenth of the day, scaled",
    "pieces": "the create step's reading, piece by piece (below)",
    "history_1": "micro-batch of the day, with no other day in the lake",
    "history_90": "the same with a history of 90 days",
    "deliver": "600 acknowledgements of 90 KB, one a call",
    "poll": "200 polls over HTTP",
    "query": "a panel's query, from the shell",
    "page": "the page's server: a refresh after a run of the newest of 90 days",
    "athena": "100 queries through the local Athena endpoint, one after the other",
    "dashboard": "the taxis' dashboard in Grafana: a refresh of one day, with a year of history",
}
_PIECES = {
    "piece.inflate": "inflating the objects, and finding their lines",
    "piece.parse": "parsing the lines and their payloads",
    "piece.sort": "positions as whole numbers, sorted in each snapshot",
    "job.create_parquet": "the rest: exploding the snapshots, writing the positions",
}
_PACKAGES = ("duckdb", "sqlglot", "msgspec", "isal", "requests", "pyspark", "dlt", "pyarrow")


@dataclass(frozen=True)
class Target:
    """`value` of the samples must be `at_most` (or `at_least`) the limit."""

    text: str
    needs: tuple[str, ...]
    value: Callable[[Samples], float]
    limit: float
    at_most: bool = True

    def is_met(self, found: float) -> bool:
        return found <= self.limit if self.at_most else found >= self.limit


def ratio(samples: Samples, over: str, under: str, figure: str = "seconds", base: str = "seconds") -> float:
    """The median of the ratios within each repeat: what slows a whole repeat down cancels."""
    pairs = zip(samples[over], samples[under], strict=True)
    return median(one[figure] / other[base] for one, other in pairs)


def middle(samples: Samples, case: str, figure: str) -> float:
    return median(one[figure] for one in samples[case])


def _refresh_ms(samples: Samples) -> float:
    """As a reader sees it; where there was no browser, as the server answers."""
    seen = all("browser_ms" in one for one in samples["page"])
    return middle(samples, "page", "browser_ms" if seen else "server_ms")


TARGETS = (
    Target("c at most 2.5 x b", ("c", "b"), lambda s: ratio(s, "c", "b"), 2.5),
    Target("peak memory of c under 1,024 MiB", ("c",), lambda s: middle(s, "c", "peak_mib"), 1024),
    Target("d at least 6 x c", ("d", "c"), lambda s: ratio(s, "d", "c"), 6, at_most=False),
    Target("e at least 30 x c", ("e", "c"), lambda s: ratio(s, "e", "c", "scaled_seconds"), 30, at_most=False),
    Target(
        "90 days of history at most 1.1 x one day",
        ("history_90", "history_1"),
        lambda s: ratio(s, "history_90", "history_1"),
        1.1,
    ),
    Target(
        "at least 300 durable acknowledgements a second",
        ("deliver",),
        lambda s: middle(s, "deliver", "a_second"),
        300,
        at_most=False,
    ),
    Target("a poll under 5 ms of CPU", ("poll",), lambda s: middle(s, "poll", "cpu_ms_a_poll"), 5),
    Target("a panel's query under 0.5 s from the shell", ("query",), lambda s: middle(s, "query", "seconds"), 0.5),
    Target("refresh of the page under 200 ms on 90 days", ("page",), _refresh_ms, 200),
    Target(
        "the Athena endpoint adds under 10 ms a query to DuckDB alone",
        ("athena",),
        lambda s: middle(s, "athena", "overhead_ms"),
        10,
    ),
    Target(
        "refresh of the taxis' dashboard in Grafana under 1 s on a year",
        ("dashboard",),
        lambda s: middle(s, "dashboard", "seconds"),
        1,
    ),
    Target(
        "at most 10 MB scanned by a panel of it",
        ("dashboard",),
        lambda s: middle(s, "dashboard", "most_bytes") / 1e6,
        10,
    ),
)


def document(samples: Samples, scale: Scale) -> str:
    template = Path(__file__).with_name("template.md").read_text(encoding="utf-8")
    filled = {
        "machine": machine(),
        "repeats": str(scale.repeats),
        "positions": f"{_rows(samples):,.0f}",
        "objects": f"{_objects(samples):,.0f}",
        "scale": "" if scale.is_full else _reduced(scale),
        "targets": "\n".join(_target_table(samples)),
        "figures": "\n".join(_figure_table(samples)),
        "jobs": "\n".join(_job_table(samples)),
        "pieces": "\n".join(_piece_table(samples)),
        "bytes": f"{_bytes_a_position(samples):.1f}",
    }
    for name, text in filled.items():
        template = template.replace(f"{{{{{name}}}}}", text)
    return template


def printed(samples: Samples) -> str:
    return "\n".join([*_figure_table(samples), "", *_target_table(samples)])


def machine() -> str:
    processor = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.machine(),
    )
    total = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    packages = ", ".join(f"{name} {found}" for name in _PACKAGES if (found := _version(name)))
    return (
        f"{processor}, {os.cpu_count()} processors, {total / 1024**2:.0f} GiB; Linux {platform.release()};"
        f" Python {platform.python_version()}; {packages}."
    )


def _target_table(samples: Samples) -> Iterator[str]:
    told = [target for target in TARGETS if set(target.needs) <= set(samples)]
    if told:
        yield "| target | found | |"
        yield "|---|---:|---|"
    for target in told:
        found = target.value(samples)
        yield f"| {target.text} | {found:,.2f} | {'met' if target.is_met(found) else '**missed**'} |"


def _figure_table(samples: Samples) -> Iterator[str]:
    yield "| | case | seconds | CPU seconds | peak MiB | to b |"
    yield "|---|---|---:|---:|---:|---:|"
    for case in samples:
        seconds = "scaled_seconds" if case == "e" else "seconds"
        against = f"{ratio(samples, case, 'b', seconds):.2f}" if "b" in samples else ""
        yield (
            f"| {case} | {_TITLES[case]} | {middle(samples, case, seconds):.2f} |"
            f" {middle(samples, case, 'cpu'):.2f} | {middle(samples, case, 'peak_mib'):.0f} | {against} |"
        )


def _job_table(samples: Samples) -> Iterator[str]:
    runs = [case for case in ("c", "history_1", "history_90") if case in samples]
    if not runs:
        return
    yield f"| job | {' | '.join(f'{case}, seconds' for case in runs)} |"
    yield f"|---|{'---:|' * len(runs)}"
    for job in [name for name in samples[runs[0]][0] if name.startswith("job.")]:
        yield f"| {job.removeprefix('job.')} | {' | '.join(f'{middle(samples, run, job):.2f}' for run in runs)} |"


def _piece_table(samples: Samples) -> Iterator[str]:
    """Each piece's own time; what the create job takes beyond them all is writing."""
    if not {"c", "pieces"} <= set(samples):
        return
    yield "| piece of create_parquet | seconds |"
    yield "|---|---:|"
    before = 0.0
    for piece, title in _PIECES.items():
        case = "c" if piece == "job.create_parquet" else "pieces"
        until = middle(samples, case, piece)
        yield f"| {title} | {until - before:.2f} |"
        before = until


def _reduced(scale: Scale) -> str:
    return f"**Not the full day: a snapshot every {scale.every}, and {scale.history} days in the long lake.**\n"


def _objects(samples: Samples) -> float:
    return middle(samples, "a", "objects") if "a" in samples else 0


def _rows(samples: Samples) -> float:
    return middle(samples, "c", "rows") if "c" in samples else 0


def _bytes_a_position(samples: Samples) -> float:
    return middle(samples, "c", "bytes") / _rows(samples) if "c" in samples else 0


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []
