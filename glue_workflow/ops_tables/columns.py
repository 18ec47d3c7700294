"""The columns of the tables in `ops` that are made from state, and not by a statement."""

from __future__ import annotations

from millrace.athena_sql.ports import Column

RUN_COLUMNS = (
    Column("run_id", "string", "the run; resumed attempts keep it"),
    Column("workflow", "string"),
    Column("attempt", "int", "the last attempt"),
    Column("state", "string", "running, succeeded, failed or interrupted (its process died)"),
    Column("started_at", "timestamp", "UTC"),
    Column("finished_at", "timestamp", "UTC"),
    Column("logical_time", "timestamp", "UTC; what the run takes as now"),
    Column("partitions", "string", "the micro-batch, separated by commas"),
    Column("error", "string"),
    Column("code_version", "string", "the package, and a digest of what makes the workflow's tables"),
    Column("bytes_scanned", "bigint", "by its queries, over all attempts, where they are paid for (Athena); else 0"),
    Column("held", "string", "those of the partitions that the quality gate refused, separated by commas"),
    Column("execution", "string", "the orchestrator's execution that began it, such as an ARN; empty for a process"),
    Column("release", "string", "the hash of the packaged code; empty where it is not packaged"),
)
JOB_COLUMNS = (
    Column("run_id", "string"),
    Column("attempt", "int"),
    Column("job", "string"),
    Column("state", "string"),
    Column("started_at", "timestamp", "UTC"),
    Column("finished_at", "timestamp", "UTC"),
    Column("rows", "bigint"),
    Column("error", "string"),
    Column("log", "string"),
    Column("bytes_scanned", "bigint", "by its queries, where they are paid for (Athena); else 0"),
)
QUALITY_COLUMNS = (
    Column("run_id", "string"),
    Column("attempt", "int"),
    Column("table", "string"),
    Column("partitions", "string", "the partition that was checked; empty for a table without partitions"),
    Column("rule", "string", "as in the rule file"),
    Column("value", "double", "what was measured, if it is a number"),
    Column("threshold", "string"),
    Column("verdict", "string", "pass, fail or error"),
    Column("action", "string", "what was done about it: none, warn, set_aside or stop"),
    Column("failing_rows", "bigint", "for rules about rows"),
    Column("labels", "string", "of the rule: name=value, separated by commas"),
    Column("check_number", "int", "1: the candidate as staged; 2: what was left when rows had been set aside"),
    Column("message", "string"),
    Column("evaluated_at", "timestamp", "UTC"),
)
OFFSET_COLUMNS = (
    Column("source", "string", "the feed whose zone it is"),
    Column("valid_from", "timestamp", "UTC; 1900-01-01 for the first offset since 1970"),
    Column("valid_until", "timestamp", "UTC, the end not included; 2100-01-01 for the last offset before 2040"),
    Column("offset_seconds", "bigint", "what local time is ahead of UTC"),
)

HELD_COLUMNS = (
    Column("workflow", "string"),
    Column("partition", "string", "the partition that the quality gate refused"),
    Column("run_id", "string", "the last run that refused it"),
    Column("table", "string", "the staging table that was checked"),
    Column("rule", "string", "the first rule that it fails; empty where it waits for another partition"),
    Column("message", "string"),
    Column("held_since", "timestamp", "UTC; the first refusal after the last publish"),
)
VERSION_COLUMNS = (
    Column("table", "string", "as queries name it"),
    Column("dt", "date", "the partition; null for a table that is stored whole"),
    Column("version", "string"),
    Column("run_id", "string", "the run that made it"),
    Column("state", "string", "current, pinned (current by a rollback), replaced, or candidate (never seen)"),
    Column("is_current", "boolean", "whether readers see it"),
    Column("created_at", "timestamp", "UTC"),
    Column("published_at", "timestamp", "UTC; when readers saw it first; null for a candidate"),
    Column("replaced_at", "timestamp", "UTC; since when readers no longer see it"),
    Column("ended_by", "string", "run (a newer version), or rollback (to an older one); null where it is not known"),
    Column("ended_by_run", "string", "the run that made the version which readers saw next"),
    Column("rows", "bigint"),
    Column("files", "bigint"),
    Column("bytes", "bigint"),
)
QUERY_COLUMNS = (
    Column("query_id", "string", "the execution; of a job, run, attempt and job"),
    Column("asked_by", "string", "endpoint (a client of the local Athena endpoint), or job (all queries of a job)"),
    Column("run_id", "string", "of a job"),
    Column("job", "string", "of a job"),
    Column("statement", "string", "the beginning of the SQL; of a job, workflow and job"),
    Column("state", "string", "of a query as Athena has it, of a job as ops.jobs has it"),
    Column("started_at", "timestamp", "UTC"),
    Column("finished_at", "timestamp", "UTC"),
    Column("milliseconds", "bigint", "from the start to the end, waiting included"),
    Column("bytes_scanned", "bigint", "as Athena counts them"),
    Column("bytes_billed", "bigint", "10 MB at least; 0 for what failed, was reused, or is no SELECT, INSERT or CTAS"),
    Column("cost_usd", "double", "at the list price"),
)
