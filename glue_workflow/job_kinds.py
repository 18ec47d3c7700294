"""The kinds of jobs that a workflow is composed of: what each does, and which kinds must have run before it.

The function of each kind is in `glue_workflow/jobs/`, which `JOBS` lists by the same names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CRAWL, DELETE, CREATE_PARQUET, QUALITY_CHECK, PROD = "crawl", "delete", "create_parquet", "quality_check", "prod"
SCRIPT = "script"
PYTHON, CRAWLER, REPORT, COPY, CALL = "python", "crawler", "report", "copy", "call"


@dataclass(frozen=True, slots=True)
class JobKind:
    """`needs`: the kinds whose output a job of this kind reads; a workflow has one job of each of them before it.

    `refines`: whether such a job works on the tables of a refinement, so that no other workflow can have it.
    `ends_run`: whether such a job may find that there is nothing to do; `asks_again`: whether it may ask to be called
    again with more time. Orchestrators look at the answers of these kinds alone. `polls`: whether it starts something
    outside, and is called again until that has ended; `maps`: whether it can be made for each item of a list.
    """

    needs: tuple[str, ...] = ()
    refines: bool = True
    ends_run: bool = False
    asks_again: bool = False
    polls: bool = False
    maps: bool = False


JOB_KINDS: Mapping[str, JobKind] = {
    CRAWL: JobKind(ends_run=True),  # chooses the partitions to rebuild, and their raw objects
    DELETE: JobKind(),  # removes unpublished output, and versions past their retention
    CREATE_PARQUET: JobKind(needs=(CRAWL,), asks_again=True),  # builds the candidate of the staging table
    QUALITY_CHECK: JobKind(needs=(CRAWL, CREATE_PARQUET)),  # checks the candidate, partition by partition
    SCRIPT: JobKind(needs=(CRAWL, QUALITY_CHECK)),  # lets a Python file make the rows of a prod table
    PYTHON: JobKind(refines=False, maps=True),  # calls a Python file of the project
    CRAWLER: JobKind(refines=False, polls=True),  # starts a crawler, and waits for it
    REPORT: JobKind(refines=False),  # publishes a saved query's rows of a day as files
    COPY: JobKind(refines=False, asks_again=True),  # copies files that anyone may read
    CALL: JobKind(refines=False, maps=True),  # calls a function by its name
    PROD: JobKind(needs=(CRAWL, QUALITY_CHECK)),  # builds the prod tables, and publishes what passed
}
