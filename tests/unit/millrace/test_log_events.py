"""The events of docs/operations.md are those that the program writes, and the reverse."""

from __future__ import annotations

import ast
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from millrace.json_logs import JsonLines
from millrace.notify.ports import EventKind

ROOT = Path(__file__).parents[3]
FOLDERS = ("millrace", "ingestors", "firehose", "glue_workflow", "athena_sql", "dashboards", "infra")
SECTION = "## What the log lines mean, and what to do"
NAME = re.compile(r"[a-z_]+(\.[a-z_]+)?")
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if not path.is_relative_to(ROOT / "millrace") or path.parent.resolve().is_relative_to(ROOT / "millrace"):
                yield path, ast.parse(path.read_text("utf-8"))


def log_calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call that writes a log line, with its place."""
    for path, tree in trees():
        for call in ast.walk(tree):
            if (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Attribute)
                and isinstance(call.func.value, ast.Name)
                and "log" in call.func.value.id.lower()
                and call.func.attr in LEVELS
            ):
                yield f"{path.relative_to(ROOT)}:{call.lineno}", call


def event_of(call: ast.Call) -> str | None:
    """The constant `event` among the fields of a line, else its constant text; None for a notification's own kind."""
    fields = next((one.value for one in call.keywords if one.arg == "extra"), None)
    if isinstance(fields, ast.Dict):
        for key, value in zip(fields.keys, fields.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == "event":
                return str(ast.literal_eval(value))
    return str(call.args[0].value) if isinstance(call.args[0], ast.Constant) else None


def kinds_used() -> set[str]:
    """The kinds of notifications that the program names outside their declaration."""
    return {
        str(EventKind[node.attr])
        for _, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == EventKind.__name__
    }


NOTIFICATIONS = "millrace/notify/log.py"
CALLS = [pytest.param(call, id=place) for place, call in log_calls() if not place.startswith(NOTIFICATIONS)]


def documented() -> list[str]:
    text = (ROOT / "docs/operations.md").read_text("utf-8").split(SECTION)[1].split("\n## ")[0]
    cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


@pytest.mark.parametrize("call", CALLS)
def test_every_log_line_has_the_name_of_an_event(call: ast.Call) -> None:
    event = event_of(call)
    assert event is not None
    assert NAME.fullmatch(event), event


def test_the_document_names_the_events_that_the_program_writes() -> None:
    logged = {event_of(call) for place, call in log_calls() if not place.startswith(NOTIFICATIONS)}
    names = documented()
    assert sorted(names) == sorted(set(names))
    assert set(names) == logged | kinds_used()


def test_every_kind_of_notification_is_sent() -> None:
    assert kinds_used() == {str(kind) for kind in EventKind}


@pytest.mark.parametrize(
    ("text", "fields", "line"),
    [
        ("polled", {"source": "rainfall"}, {"event": "polled", "source": "rainfall"}),
        (
            "no heartbeat for the lease w",
            {"event": "lease.no_heartbeat", "lease": "w"},
            {"event": "lease.no_heartbeat", "lease": "w", "reason": "no heartbeat for the lease w"},
        ),
    ],
)
def test_a_line_has_its_event_and_what_belongs_to_it_as_fields(
    text: str, fields: dict[str, str], line: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "millrace"):
        logging.getLogger("millrace.test").info(text, extra=fields)

    written = json.loads(JsonLines().format(caplog.records[0]))
    assert written == {**line, "at": written["at"], "level": "info"}
