"""Where a key stands in the text of a TOML file, which the standard library's reader does not say."""

from __future__ import annotations

import re

_SECTION = re.compile(r"\s*\[\s*(?P<name>[\w.-]+)\s*\]")
_KEY = re.compile(r"""\s*["']?(?P<name>[^"'=\s]+)["']?\s*=""")


def line_of_key(text: str, section: str, key: str) -> int:
    """The line of a key, from 1; of its section's head where it is not found; else the first. "": the file's head."""
    current, head = "", 1
    for number, line in enumerate(text.splitlines(), 1):
        if found := _SECTION.match(line):
            current = found["name"]
            if current in (section, key) and (section or current == key):
                head = number
        elif current == section and (named := _KEY.match(line)) and named["name"] == key:
            return number
    return head
