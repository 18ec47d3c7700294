"""A function of a stage, called once by hand.

Source: Lambda API reference, Invoke: an error of the function is an answer with `FunctionError`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from millrace.aws.calls import translated
from millrace.errors import ServiceRefused


def called(client: Any, function: str, event: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the function answers. Raises ServiceRefused, also with the function's own error, and ServiceBusy."""
    with translated("lambda", f"function {function}"):
        answer = client.invoke(FunctionName=function, Payload=json.dumps(event).encode())
        payload: Mapping[str, Any] = json.loads(answer["Payload"].read() or b"{}")
    if "FunctionError" in answer:
        reason = str(payload.get("errorMessage", "it gave no reason")).rstrip(".")
        raise ServiceRefused(f"function {function} failed: {reason}.", hint=f"See its log, /aws/lambda/{function}.")
    return payload
