"""Which slow judge was silent about which templates, and refused which wrong variants: `record.json`.

A judge is asked again when the hash of what it is asked about changes, its version, its list of what is accepted, or
how it is asked. `python -m tests.contracts.stack.rejudge` asks and writes.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.contracts.stack.accepted import of_judge
from tests.contracts.stack.judges import SLOW

FILE = Path(__file__).with_name("record.json")


@dataclass(frozen=True)
class JudgesRecord:
    """`silent`: by judge and name of a template; `refused`: by judge, of all its wrong variants; each a hash.
    `needed`: by judge, the findings of the entries of what is accepted that some template needs.
    """

    silent: dict[str, dict[str, str]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    needed: dict[str, list[str]] = field(default_factory=dict)

    def is_silent(self, judge: str, name: str, template: Mapping[str, Any]) -> bool:
        return self.silent.get(judge, {}).get(name) == asked_about(judge, [template])

    def has_refused(self, judge: str, wrong: Iterable[Mapping[str, Any]]) -> bool:
        return self.refused.get(judge) == asked_about(judge, wrong)


def asked_about(judge: str, templates: Iterable[Mapping[str, Any]]) -> str:
    """The judge's version, and a hash of the templates and of all that its answer depends on."""
    module = inspect.getmodule(SLOW[judge])
    assert module is not None
    digest = hashlib.sha256(inspect.getsource(module).encode())
    for text in (*map(str, of_judge(judge)), *(json.dumps(one, sort_keys=True) for one in templates)):
        digest.update(text.encode())
    return f"{module.VERSION} {digest.hexdigest()}"


def recorded() -> JudgesRecord:
    return JudgesRecord(**json.loads(FILE.read_text("utf-8")))


def write(record: JudgesRecord) -> None:
    FILE.write_text(json.dumps(vars(record), indent=2, sort_keys=True) + "\n", "utf-8")
