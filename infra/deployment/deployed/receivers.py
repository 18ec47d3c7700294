"""Who is told of a stage's alarms: the subscriptions of its topic. One counts when its receiver has confirmed it.

Source: SNS API reference, ListSubscriptionsByTopic; SNS developer guide, "Subscription confirmation": an e-mail address
has a link in its first message, and gets nothing until somebody follows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from millrace.aws.calls import translated

_WAITING = "PendingConfirmation"  # in place of the subscription's ARN
_SHOWN = ("email", "email-json")  # protocols whose addresses are no secrets


@dataclass(frozen=True)
class Receivers:
    """By address; of other protocols than e-mail by the protocol, since an address may hold a key."""

    confirmed: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()

    def problems(self) -> list[str]:
        """A line for each thing that keeps somebody from being told; none where all have confirmed."""
        lines = [f"{one} has not confirmed the subscription of alarms: the link is in a mail" for one in self.waiting]
        if not self.confirmed:
            lines.append("nobody is told of alarms: no receiver is confirmed ([alerts] emails of the stage)")
        return lines


def receivers(client: Any, topic: str) -> Receivers:
    """Those of a topic, by its ARN. Raises ServiceRefused or ServiceBusy."""
    with translated("sns", f"topic {topic}"):
        pages = client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
        found = [(_name(one), one["SubscriptionArn"]) for page in pages for one in page["Subscriptions"]]
    confirmed = tuple(name for name, arn in found if arn.startswith("arn:"))
    return Receivers(confirmed, tuple(name for name, arn in found if arn == _WAITING))


def _name(subscription: Any) -> str:
    protocol = str(subscription["Protocol"])
    return str(subscription["Endpoint"]) if protocol in _SHOWN else f"a receiver by {protocol}"
