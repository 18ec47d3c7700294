"""Jobs as asynchronous invocations of a Lambda function, by the version that a run began with.

Source: Lambda API reference, Invoke: with the type Event, Lambda queues the event and answers at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from millrace.aws.calls import translated
from millrace.glue_workflow.routing.ports import RoutedCall


@dataclass(frozen=True)
class LambdaJobs:
    """A JobStarter. `code`: the ARN of a version of the function of jobs."""

    client: Any
    code: str

    def start(self, call: RoutedCall) -> None:
        """As the port says."""
        with translated("lambda", f"the function {call.by}"):
            self.client.invoke(FunctionName=call.by, InvocationType="Event", Payload=msgspec.json.encode(call))
