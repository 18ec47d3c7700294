"""Millrace: feeds that only tell what is true now, turned into history that can be trusted.

Six of the packages are folders at the root of the repository, mapped below this one by links.

    api                the Python API, which `millrace.open` leads to
    athena_sql         SQL: statements, the engines that run them, and the local Athena endpoint
    aws                what the AWS adapters of several services share
    cli                the command line
    clock              the clock port, and its adapters for real and simulated time
    commit_points      the places where a crash leaves work half done, by name
    connection_errors  why a connection failed, in few words
    dashboards         dashboards: definitions, the page, Grafana
    environment        the environment's variables, read as settings: the only reader of them
    errors             every error that Millrace raises, in one tree
    event_input        the event of a function's invocation, as a value
    firehose           delivery of records to raw objects, and the quarantine
    glue_workflow      workflows, runs, versions, quality rules and the ledger
    infra              the runtimes, and what deploys them
    ingestors          sources, polling and the feeds' health
    json_logs          structured logs, one JSON object per line
    lake               the storage of all objects
    lru_cache          an LRU cache that threads may share
    notify             notifications
    output_file        a file that a user asks for, written as a whole
    pending            the list of partitions touched since a run last saw them
    project            a project's files: its folder, and the files of each role
    retry_policy       retry policies: when to try again, and how long to wait
    scaffold           the files of a new project and of a new source
    schedules          schedules, and which of them are switched off
    schema_drift       fields of a payload that its source's schema does not declare
    service            `millrace up`
    serving            HTTP servers, TLS and the stop signal
    settings           all settings, and what follows from them
    sql_quoting        names and values in SQL text, quoted
    state              state that is not an object
    testing            standard tests of a source, for pytest
    time_keys          text forms of instants, and the partition of an instant
    time_limit         the time limit of what an engine is asked
    utc_offsets        the offsets of time zones, as rows that statements can join
    usecases           what each command does
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = ["Lake", "QueryResult", "__version__", "open"]

if TYPE_CHECKING:
    from millrace.api.lake import Lake, open  # noqa: A004 - called as `millrace.open`
    from millrace.api.query_result import QueryResult
else:
    _PLACES = {"Lake": "lake", "open": "lake", "QueryResult": "query_result"}

    def __getattr__(name: str) -> object:
        """The names of the Python API, imported when they are first used: a command has no need of it."""
        if name not in _PLACES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(f"{__name__}.api.{_PLACES[name]}"), name)
