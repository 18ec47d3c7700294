"""Versions of functions. CloudFormation makes one with each deployment that changes a function, and leaves the one of
before; the oldest are removed here, so that a function has a bounded number (Lambda counts the bytes of all of them).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from millrace.aws.calls import translated

KEPT = 5  # of a function: the one that is deployed, and those that an execution may still be at
_NEWEST_CODE = "$LATEST"


def remove_old_versions(client: Any, functions: Iterable[str], deployed: Collection[str], kept: int = KEPT) -> int:
    """How many were removed: those before the newest `kept` of each function, and none that is `deployed` (ARNs).

    Raises ServiceRefused or ServiceBusy.
    """
    removed = 0
    for name in functions:
        with translated("lambda", f"function {name}"):
            pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=name)
            found = [one for page in pages for one in page["Versions"] if one["Version"] != _NEWEST_CODE]
            oldest_first = sorted(found, key=lambda one: int(one["Version"]))
            for one in oldest_first[:-kept]:
                if one["FunctionArn"] not in deployed:
                    client.delete_function(FunctionName=name, Qualifier=one["Version"])
                    removed += 1
    return removed
