"""Structured logs: one JSON object per line on standard error."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

_OWN = set(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


class JsonLines(logging.Formatter):
    """Formats a log record as `at` (UTC), `level`, `event`, the caller's `extra` fields, and a traceback as `error`.

    A line whose text is for people has its `event` among these fields; the text is then the `reason`.
    """

    def format(self, record: logging.LogRecord) -> str:
        text, fields = record.getMessage(), {name: value for name, value in vars(record).items() if name not in _OWN}
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            **({"reason": text} if "event" in fields else {"event": text}),
            **fields,
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


def log_as_json_lines(level: int = logging.INFO) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("millrace").setLevel(level)
