"""The stack's outputs by which commands find what a stage has: the template gives them, `infra/deployment` reads."""

from __future__ import annotations

from enum import StrEnum


class StackOutput(StrEnum):
    """By its name in the template. Addresses of results are s3:// addresses; the queue's value is its URL."""

    BUCKET = "Bucket"
    STATE_TABLE = "StateTableName"
    NEW_OBJECTS = "NewObjectsQueue"
    STREAM = "StreamName"
    JOBS_WORKGROUP = "JobsWorkgroupName"
    JOBS_RESULTS = "JobsResults"
    JOB_QUERIES = "JobQueries"
    READERS_WORKGROUP = "ReadersWorkgroupName"
    READERS_RESULTS = "ReadersResults"
    ALERTS = "AlertsTopic"
