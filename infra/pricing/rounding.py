"""What AWS bills of what was used: the least, and the steps that it rounds up to.

A month has 730 hours, as in AWS's own calculator. Sources: the pricing pages of the services (`prices.toml`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

HOURS = 730  # of a month
DAYS = HOURS / 24
GIGABYTE, TERABYTE = 2**30, 2**40
_MEGABYTE, _KILOBYTE = 2**20, 2**10

_RECORD = 5 * _KILOBYTE  # Firehose counts each record in steps of it
_LEAST_QUERY = 10 * _MEGABYTE
_LEAST_JOB_SECONDS = 60
_LEAST_CRAWL_SECONDS = 600

# DPUs of a worker by its type; those of the types R have a price of their own.
WORKERS: Mapping[str, float] = {
    "G.025X": 0.25,
    **{f"G.{number}X": number for number in (1, 2, 4, 8, 12, 16)},
    **{f"R.{number}X": number for number in (1, 2, 4, 8)},
}


def record_bytes(size: float) -> int:
    """What Firehose bills of one record: whole steps of 5 KB."""
    return math.ceil(size / _RECORD) * _RECORD


def query_bytes(size: float) -> int:
    """What Athena bills of one query: whole megabytes, and 10 at least."""
    return max(_LEAST_QUERY, math.ceil(size / _MEGABYTE) * _MEGABYTE)


def job_seconds(seconds: float) -> int:
    """What Glue bills of one run of a Spark job: whole seconds, and a minute at least."""
    return max(_LEAST_JOB_SECONDS, math.ceil(seconds))


def crawl_seconds(seconds: float) -> int:
    """What Glue bills of one crawl: whole seconds, and ten minutes at least."""
    return max(_LEAST_CRAWL_SECONDS, math.ceil(seconds))


def gigabyte_seconds(seconds: float, memory_mb: int) -> float:
    """What Lambda bills of one invocation: whole milliseconds, by the memory that the function has."""
    return math.ceil(round(seconds * 1000, 6)) / 1000 * memory_mb / 1024
