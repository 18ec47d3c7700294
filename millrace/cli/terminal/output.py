"""Rows, messages and progress, for people at a terminal and for programs behind a pipe."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from shutil import get_terminal_size
from typing import Any, Literal

from millrace.cli.terminal.options import Format

_NUMBERS = (int, float)
_LINES_AROUND_ROWS = 6  # of a table: its frame and heading, what is said below it, and the next prompt
_LEAST_WIDTH = 8  # of a column on a terminal, if it has so much
_AROUND_CELL = 3  # a blank on each side, and a line
_ROWS_IN_A_PIPE = 1_000  # a table needs all of its rows in memory, to know how wide its columns are


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


def rows_that_fit() -> int:
    """How many rows of a table the screen has room for; behind a pipe there is room for many."""
    if not sys.stdout.isatty():
        return _ROWS_IN_A_PIPE
    return max(1, get_terminal_size().lines - _LINES_AROUND_ROWS)


def print_beginning(rows: Sequence[Mapping[str, Any]], names: Sequence[str], total: int) -> None:
    """Print a table of the first rows, and say how many there are if not all fit.

    On a terminal each row is on one line: long values are cut, and the last columns left out if there are too many.
    """
    widths = None
    if sys.stdout.isatty():
        from rich.cells import cell_len

        rows = [{name: _on_one_line(row[name]) for name in names} for row in rows]
        whole = [
            max(cell_len(_plain(text)) for text in (_on_one_line(name), *(row[name] for row in rows))) for name in names
        ]
        widths = widths_that_fit(whole, get_terminal_size().columns)
    shown = names if widths is None else names[: len(widths)]
    _print_table(rows, shown, "", widths)
    left_out = []
    if len(rows) < total:
        left_out.append(f"{len(rows):,} of {total:,} rows")
    if len(shown) < len(names):
        left_out.append(f"{len(shown)} of {len(names)} columns")
    if left_out:
        sys.stdout.flush()
        say(f"showing {' and '.join(left_out)}; use --output or --format csv for all")


def widths_that_fit(whole: Sequence[int], screen: int) -> list[int]:
    """The widths of as many columns as the screen has room for. `whole`: the width that each needs to show all.

    A column has at least _LEAST_WIDTH, or what it needs; what is left goes to those that need more, evenly.
    """
    widths: list[int] = []
    room = screen - 1  # for the frame's last line; the others have a line and two blanks each
    for wanted in whole:
        least = min(wanted, _LEAST_WIDTH)
        if widths and room < least + _AROUND_CELL:
            break
        widths.append(least)
        room -= least + _AROUND_CELL
    while room > 0 and (short := [at for at, width in enumerate(widths) if width < whole[at]]):
        for at in short[:room]:
            widths[at] += 1
        room -= len(short[:room])
    return widths


def _print_table(
    rows: Sequence[Mapping[str, Any]], names: Sequence[str], title: str, widths: Sequence[int] | None = None
) -> None:
    """`widths`: of the columns, whose values are then cut; None: as wide as they need, on several lines if need be."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title or None, title_justify="left", header_style="bold")
    for at, name in enumerate(names):
        numeric = any(isinstance(row[name], _NUMBERS) and not isinstance(row[name], bool) for row in rows)
        justify: Literal["left", "right"] = "right" if numeric else "left"
        if widths is None:
            table.add_column(name, justify=justify, overflow="fold")
        else:
            heading = _on_one_line(name)
            table.add_column(heading, justify=justify, overflow="ellipsis", no_wrap=True, width=widths[at])
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


def _on_one_line(value: Any) -> Any:
    return " ".join(value.splitlines()) if isinstance(value, str) else value


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
