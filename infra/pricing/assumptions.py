"""What cost assumes where neither the template nor a lake says it: numbers with what they mean, which may be given.

Calls were counted, and log lines measured, in runs of the shipped pipelines on stand-ins of AWS
(`tests/end_to_end/aws/permissions/` makes such runs); times are estimates for AWS's machines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Annotated, Self, get_args, get_type_hints

from millrace.errors import UnknownName, UsageError


@dataclass(frozen=True, slots=True)
class CostAssumptions:
    """One month, once the lake has been filled for `months`."""

    months: Annotated[float, "months of data that the lake holds"] = 12
    viewers: Annotated[float, "people who have a dashboard open"] = 1
    viewing_hours: Annotated[float, "hours a day that each has it open"] = 8
    refresh_seconds: Annotated[float, "seconds between two refreshes of a dashboard"] = 300
    poll_seconds: Annotated[float, "a poll in its function, the feed's answer included"] = 1.0
    duty_seconds: Annotated[float, "a duty that is done several times a day"] = 5
    daily_duty_seconds: Annotated[float, "the daily listing, audit and vacuum, each"] = 60
    start_seconds: Annotated[float, "a Glue job until its own code runs, which is billed"] = 40
    step_seconds: Annotated[float, "one job of a run on Spark, after that"] = 15
    call_seconds: Annotated[float, "one call of a run in its function, the queries on Athena included"] = 10
    router_seconds: Annotated[float, "the router, for the start of a run or the end of a job"] = 0.5
    run_queries: Annotated[float, "Athena queries of a run that is made there"] = 10
    run_log_bytes: Annotated[float, "lines of the log that a call of a run writes, with Lambda's own"] = 1_000
    scaled_workers: Annotated[float, "workers in use where Glue chooses their number"] = 2
    crawler_dpus: Annotated[float, "DPUs of a crawl, which lasts for the ten minutes that are billed at least"] = 2
    jq_milliseconds: Annotated[float, "JQ's time for a record"] = 5
    poll_log_bytes: Annotated[float, "lines of the log that a poll writes, with Lambda's own"] = 1_000
    duty_log_bytes: Annotated[float, "lines of the log that a duty writes, likewise"] = 1_500
    job_log_bytes: Annotated[float, "lines of the log that a Glue job writes, most of them Spark's"] = 500_000
    log_compression: Annotated[float, "the part of a log's bytes that are stored"] = 0.15
    poll_writes: Annotated[float, "request units of the table of state that a poll writes, of 1 KB each"] = 2
    poll_reads: Annotated[float, "request units that a poll reads, of 4 KB each"] = 2
    duty_writes: Annotated[float, "request units that a duty writes"] = 2
    duty_reads: Annotated[float, "request units that a duty reads"] = 10
    step_writes: Annotated[float, "request units that a job of a run writes, two for an item of a transaction"] = 61
    step_reads: Annotated[float, "request units that a job of a run reads"] = 23
    router_writes: Annotated[float, "request units that the router and a job write, for one event"] = 6
    router_reads: Annotated[float, "request units that they read for it"] = 15
    query_writes: Annotated[float, "request units that a duty's query writes, which takes a slot and frees it"] = 4
    query_reads: Annotated[float, "request units that it reads for that"] = 2
    step_bytes: Annotated[float, "what a job of a run leaves in the table of state"] = 2_000
    poll_gets: Annotated[float, "S3 requests of a poll that read"] = 1
    duty_puts: Annotated[float, "S3 requests of a duty that write or list"] = 5
    duty_gets: Annotated[float, "S3 requests of a duty that read"] = 2
    step_puts: Annotated[float, "S3 requests of a job of a run that write or list, Spark's included"] = 6
    step_gets: Annotated[float, "S3 requests of a job of a run that read, Spark's included"] = 20
    step_catalog_requests: Annotated[float, "requests of a job of a run to Glue's catalog"] = 5
    query_gets: Annotated[float, "S3 requests of a reader's query that read"] = 10
    audit_queries: Annotated[float, "Athena queries of an audit, for each source"] = 1.5
    gap_queries: Annotated[float, "Athena queries of a search for gaps, for each source"] = 1
    alerts: Annotated[float, "alerts a month"] = 10
    job_metrics: Annotated[float, "series that --enable-metrics makes of each run of a Glue job"] = 27
    job_observability_metrics: Annotated[float, "series that --enable-observability-metrics adds"] = 15
    kms_requests_per_job: Annotated[float, "KMS requests of a job or function that S3, SQS and DynamoDB pass on"] = 5
    endpoint_mb_per_job: Annotated[float, "MB of a Glue job through the interface endpoints"] = 2

    @classmethod
    def given(cls, texts: Iterable[str]) -> Self:
        """Those that ship, with what each text `NAME=NUMBER` says. Raises UnknownName and UsageError."""
        found: dict[str, float] = {}
        known = [one.name for one in fields(cls)]
        for text in texts:
            name, _, number = text.partition("=")
            if name not in known:
                raise UnknownName("assumption", name, known)
            found[name] = _amount(name, number)
        return replace(cls(), **found)

    def in_words(self) -> Iterator[tuple[str, float, str]]:
        """The name, number and meaning of each."""
        for name, hint in get_type_hints(type(self), include_extras=True).items():
            yield name, getattr(self, name), get_args(hint)[1]


def _amount(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number < float("inf") or (name == "refresh_seconds" and not number):
        raise UsageError(f"{name} is {text!r}.", hint=f"Give a number, as in --assume {name}=10.")
    return number
