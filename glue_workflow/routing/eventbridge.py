"""Changes of state as events on EventBridge's default bus, which rules have the router look at a run by.

Source: EventBridge API reference, PutEvents: an answer of HTTP 200 may have entries that failed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from millrace.aws.calls import translated
from millrace.errors import ServiceBusy
from millrace.glue_workflow.routing.ports import StateChange

SOURCE = "millrace"
JOB_CHANGED, RUN_CHANGED = "Millrace Job State Change", "Millrace Run State Change"
GLUE_JOB_CHANGED, CRAWLER_CHANGED = "Glue Job State Change", "Glue Crawler State Change"  # of Glue's own source


@dataclass(frozen=True)
class BusStateChanges:
    """StateChanges on the bus. `stage`: in each event, since the stages of an account share the bus."""

    client: Any
    stage: str

    def announce(self, change: StateChange) -> None:
        """As the port says."""
        detail = {"stage": self.stage, **msgspec.to_builtins(change)}
        entry = {
            "Source": SOURCE,
            "DetailType": JOB_CHANGED if change.job else RUN_CHANGED,
            "Detail": msgspec.json.encode(detail).decode(),
        }
        with translated("events", "the default event bus"):
            answer = self.client.put_events(Entries=[entry])
        if answer["FailedEntryCount"]:
            [failed] = answer["Entries"]
            raise ServiceBusy(
                f"EventBridge did not take an event: {failed.get('ErrorCode')}: {failed.get('ErrorMessage')}.",
                hint="The sweep finds what no event told of.",
            )
