"""Versions of functions. CloudFormation makes one with each deployment that changes a function, and leaves the one of
before; the oldest are removed here, so that a function has a bounded number (Lambda counts the bytes of all of them).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from millrace.aws.calls import translated

KEPT = 5  # of a function: the one that is deployed, and those that an execution may still be at
_NEWEST_CODE = "$LATEST"


def remove_old_versions(client: Any, functions: Iterable[str], kept: int = KEPT) -> int:
    """How many were removed: those before the newest `kept` of each function. Raises ServiceRefused or ServiceBusy."""
    removed = 0
    for name in functions:
        with translated("lambda", f"function {name}"):
            pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=name)
            found = [one["Version"] for page in pages for one in page["Versions"]]
            numbers = sorted(int(one) for one in found if one != _NEWEST_CODE)
            for number in numbers[:-kept]:
                client.delete_function(FunctionName=name, Qualifier=str(number))
                removed += 1
    return removed
