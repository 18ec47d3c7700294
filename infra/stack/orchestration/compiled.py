"""Compiled definitions, in which names stand for what a stack has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from troposphere import GetAtt, Ref, Sub

_PLACE = re.compile(r"\$\{([\w-]+)\}")


def of_stack(node: Any, names: Mapping[str, str]) -> Any:
    """A compiled definition that refers to the stack's resources in place of its own names.

    `names`: of each, a logical id, or one with an attribute: `Jobs.Arn`.
    """
    if isinstance(node, dict):
        return {key: of_stack(value, names) for key, value in node.items()}
    if isinstance(node, list):
        return [of_stack(one, names) for one in node]
    if not isinstance(node, str) or not _PLACE.search(node):
        return node
    if whole := _PLACE.fullmatch(node):
        title, _, attribute = names[whole[1]].partition(".")
        return GetAtt(title, attribute) if attribute else Ref(title)
    return Sub(_PLACE.sub(lambda found: f"${{{names[found[1]]}}}", node))
