"""Rows, messages and progress, for people at a terminal and for programs behind a pipe."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from millrace.cli.terminal.options import Format

_NUMBERS = (int, float)


def say(message: str = "") -> None:
    """Print a plain line for people on standard error: standard output is for rows."""
    print(message, file=sys.stderr)


def is_interactive() -> bool:
    """Whether a person at a terminal can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def print_rows(
    rows: Sequence[Mapping[str, Any]], form: Format, *, columns: Sequence[str] = (), title: str = ""
) -> None:
    """Print rows. `columns`: their names, by default those of the first row; needed where there may be no row."""
    names = list(columns) or list(rows[0] if rows else ())
    if form is Format.JSON:
        json.dump([dict(row) for row in rows], sys.stdout, default=str, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    elif form is Format.CSV:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([_plain(row[name]) for name in names] for row in rows)
    else:
        _print_table(rows, names, title)


def _print_table(rows: Sequence[Mapping[str, Any]], names: Sequence[str], title: str) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title or None, title_justify="left", header_style="bold")
    for name in names:
        numeric = any(isinstance(row[name], _NUMBERS) and not isinstance(row[name], bool) for row in rows)
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_plain(row[name]) for name in names))
    console = Console(width=None if sys.stdout.isatty() else 200, highlight=False)
    console.print(table, markup=False)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """Yields `advance(done, of)`, which shows a bar on a terminal, and elsewhere a line at each tenth."""
    if sys.stderr.isatty():
        with _bar(title) as advance:
            yield advance
    else:
        yield _lines(title)


@contextmanager
def _bar(title: str) -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=False) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def _lines(title: str) -> Callable[[int, int], None]:
    shown = -1

    def advance(done: int, of: int) -> None:
        nonlocal shown
        tenth = 10 * done // of if of else 10
        if tenth != shown:
            shown = tenth
            print(f"{title}: {done} of {of}", file=sys.stderr, flush=True)

    return advance
