"""Functions of AWS Lambda, called by their name, and waited for.

Source: Lambda API reference, "Invoke": a function that raises an error answers 200 with `FunctionError`, and the error
as its payload.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from millrace.aws.calls import translated
from millrace.errors import FunctionFailed


@dataclass(frozen=True)
class LambdaFunctions:
    """`client`: makes boto3's client of Lambda, which waits as long as a function may take, and calls once."""

    client: Callable[[], Any]

    def call(self, name: str, payload: Mapping[str, Any]) -> Any:
        with translated("lambda", f"the function {name}"):
            answer = self.client().invoke(
                FunctionName=name, InvocationType="RequestResponse", Payload=json.dumps(payload).encode()
            )
            text = answer["Payload"].read()
        if answer.get("FunctionError"):
            raise FunctionFailed(f"the function {name} failed: {_reason(text)}.", hint="Its log is in CloudWatch.")
        try:
            return json.loads(text) if text else None
        except ValueError:
            raise FunctionFailed(
                f"the function {name} answered what is no JSON: {text[:100]!r}.", hint="Let it return a value of JSON."
            ) from None


def _reason(text: bytes) -> str:
    try:
        found = json.loads(text)
        parts = [str(found[key]) for key in ("errorType", "errorMessage") if found.get(key)]
    except (ValueError, AttributeError, TypeError):
        parts = []
    return (": ".join(parts) or text[:500].decode(errors="replace") or "no reason given").rstrip(".")
