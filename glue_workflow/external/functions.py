"""The port of functions: each is known by its name, is given JSON, and answers JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class NamedFunctions(Protocol):
    """NamedFunctions of others, which a workflow calls."""

    def call(self, name: str, payload: Mapping[str, Any]) -> Any:
        """What the function answers. Raises FunctionFailed with the function's own message, UnknownName or LakeError,
        and ServiceBusy where a later call may pass.
        """
        ...
