"""Ids of queries under way in the engine's service, on record before they are waited for.

The query of a process that died goes on, and may write files late. Whoever comes after it stops the query and waits for
its final state, before anything is removed or written again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec

from millrace.athena_sql.ports import RemoteEngine
from millrace.glue_workflow.run.job_context import JobServices
from millrace.state.dynamo_keys import QUERIES, Key


@contextmanager
def noted(services: JobServices, workflow: str, job: str) -> Iterator[None]:
    """Inside the context, the ids of the engine's queries are stored; a step that lost its claim starts none."""
    key = Key(QUERIES, f"{workflow}#{job}")

    def note(query_ids: Sequence[str]) -> None:
        while not services.items.swap(key, services.items.get(key), msgspec.json.encode(query_ids)):
            pass  # a fenced write: with the claim lost it raises

    if isinstance(services.engine, RemoteEngine):
        with services.engine.noting(note):
            yield
    else:
        yield


def settle(services: JobServices, workflow: str, job: str) -> None:
    """End the queries of earlier invocations of this step."""
    data = services.items.get(Key(QUERIES, f"{workflow}#{job}"))
    if data is not None and isinstance(services.engine, RemoteEngine):
        services.engine.settle(msgspec.json.decode(data, type=list[str]))
