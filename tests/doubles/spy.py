"""A client that notes its calls, and that answers as a test wants in place of the service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Spy:
    """Every call of `client` is noted. `instead`: by operation, a function of the real one and its arguments."""

    client: Any
    instead: dict[str, Callable[..., Any]] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def of(self, name: str) -> list[dict[str, Any]]:
        """The arguments of each call of an operation."""
        return [arguments for called, arguments in self.calls if called == name]

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.client, name)
        if name in ("exceptions", "meta", "get_paginator"):
            return found

        def call(*args: Any, **arguments: Any) -> Any:
            self.calls.append((name, arguments))
            if name in self.instead:
                return self.instead[name](found, *args, **arguments)
            return found(*args, **arguments)

        return call


def answer(code: str, message: str = "", operation: str = "Operation") -> Exception:
    """The error that botocore raises for an error code of a service."""
    from botocore.exceptions import ClientError

    return ClientError({"Error": {"Code": code, "Message": message}}, operation)
