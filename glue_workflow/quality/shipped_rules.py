"""The rule files that Millrace ships, by name."""

from __future__ import annotations

from importlib.resources import files

from millrace.errors import UnknownName
from millrace.glue_workflow.quality.language.model import Ruleset
from millrace.glue_workflow.quality.loading.parsing import parse


def rule_files() -> list[str]:
    """The names of the shipped rule files, without `.dqdl`."""
    entries = files("millrace.glue_workflow.quality").joinpath("rules").iterdir()
    return sorted(entry.name.removesuffix(".dqdl") for entry in entries if entry.name.endswith(".dqdl"))


def load_ruleset(name: str) -> Ruleset:
    """A shipped rule file by its name, without `.dqdl`. Raises UnknownName, and DefinitionError as `parse` does."""
    if name not in rule_files():
        raise UnknownName("rule file", name, rule_files())
    path = files("millrace.glue_workflow.quality").joinpath("rules", f"{name}.dqdl")
    return parse(path.read_text(encoding="utf-8"), f"{name}.dqdl")
