"""Writes the list of what still differs from Athena into docs/athena.md, from the files of the stress cases.

    python -m tests.contracts.stress.differences

`python -m tests.contracts.stress.record` does so, too, at its end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.contracts.stress.cases import StressCase, read_cases, stress_files

DOCUMENT = Path(__file__).parents[3] / "docs" / "athena.md"
BEGIN = "<!-- from tests/contracts/stress, by python -m tests.contracts.stress.differences -->"
END = "<!-- end -->"

# The doors by what a reader of the document calls them, the two of DuckDB first.
_CALLED = {"duckdb": "`query`, page, jobs and checks", "athena": "the endpoint", "spark": "Spark"}


def section() -> str:
    """The list, between its two marks."""
    files = [read_cases(path) for path in stress_files()]
    count = sum(len(cases) for _, cases in files)
    lines = [
        BEGIN,
        f"Of {count} statements at the edges of SQL that were put to Trino and to Millrace, these many differ:",
        "",
        "| about | statements | refused | answered otherwise |",
        "|---|---|---|---|",
        *(_row(head, cases) for head, cases in files),
        "",
        *(line for head, cases in files for line in _listed(head, cases)),
        END,
    ]
    return "\n".join(lines)


def with_section(document: str) -> str:
    """The document with the list as the files have it now."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{section()}{after}"


def _row(head: str, cases: Sequence[StressCase]) -> str:
    refused, otherwise = sum(bool(case.refused) for case in cases), sum(bool(case.others) for case in cases)
    return f"| {_topic(head)} | {len(cases)} | {refused} | {otherwise} |"


def _listed(head: str, cases: Sequence[StressCase]) -> Iterator[str]:
    """A line for each group of doors that refuse, or answer otherwise, with the statements' titles."""
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for case in cases:
        if case.refused:
            found.setdefault(("refused", case.refused), []).append(case.title)
        if case.others:
            found.setdefault(("answered otherwise", tuple(case.others)), []).append(case.title)
    for (what, doors), titles in sorted(found.items(), reverse=True):
        where = ", ".join(called for door, called in _CALLED.items() if door in doors)
        yield f"- {_topic(head)}, {what} ({where}): {'; '.join(titles)}."


def _topic(head: str) -> str:
    return head.removeprefix("-- ").partition(":")[0].rstrip(".")


def write() -> None:
    DOCUMENT.write_text(with_section(DOCUMENT.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    write()
