"""Glue triggers of a stack. CloudFormation starts one when it makes it, and never after: an update may stop it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from millrace.aws.calls import in_batches, translated

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient

_STARTED = ("ACTIVATED", "ACTIVATING")
_NAMES_AT_ONCE = 25


def stop_scheduled_triggers(client: GlueClient, names: Iterable[str]) -> list[str]:
    """Those of the clock that were started, which are stopped now. Raises as `set_triggers`."""
    _, stopped = set_triggers(client, names, scheduled=False)
    return stopped


def start_triggers(client: GlueClient, names: Iterable[str]) -> None:
    """Raises as `set_triggers`."""
    set_triggers(client, names, scheduled=True)


def set_triggers(client: GlueClient, names: Iterable[str], *, scheduled: bool) -> tuple[list[str], list[str]]:
    """Those that had to be started, and stopped. One that waits for another job always runs; `scheduled`: whether those
    of the clock do. Raises ServiceRefused or ServiceBusy.
    """
    started, stopped = [], []
    for batch in in_batches(sorted(names), _NAMES_AT_ONCE):
        with translated("glue", "the stack's triggers"):
            found = client.batch_get_triggers(TriggerNames=batch)["Triggers"]
        for one in found:
            name, kind = one["Name"], one["Type"]
            wanted = {"CONDITIONAL": True, "SCHEDULED": scheduled}.get(kind)
            if wanted is None or wanted == (one["State"] in _STARTED):
                continue
            with translated("glue", f"trigger {name}"):
                if wanted:
                    client.start_trigger(Name=name)
                    started.append(name)
                else:
                    client.stop_trigger(Name=name)
                    stopped.append(name)
    return started, stopped
