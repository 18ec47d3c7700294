"""The keys of the one DynamoDB table that holds, on AWS, the state that is not an object.

| pk | sk | item |
|---|---|---|
| `format` | `table` | the number of the form that these items have |
| `lease` | name | the holder of a lease; changes only when the lease is taken or released |
| `beat` | name | the heartbeat of a lease's process, or the deadline of its execution |
| `claim` | `<workflow>#<job>` | the newest invocation of a step |
| `called` | `<workflow>#<job>`, or `...[<item>]` | the last call that a router started, and how it ended |
| `objects` | workflow | how many raw objects want a run, and the last one that they started |
| `queries` | `<workflow>#<job>` | ids of the engine's queries under way |
| `duty` | duty | what this duty has found and told of |
| `notices` | workflow | what people were told of this workflow, and what was not sent |
| `start` | `<workflow>#<key>` | the run that a start with this key began |
| `counter` | list | the last number used in a list |
| `pending#<source>` | number | one touch of a partition |
| `health` | source | the health of a feed |
| `switched_off` | schedule | a schedule that is off |
| `rate` | host | the times of the last requests to a host |
| `slots` | `jobs` | who has a query of the stage's jobs under way, until when |
| `runs`, `runs#<workflow>` | number | a run, in the order in which runs began |
| `jobs` | number | a job of a run, in the order in which jobs began |
| `quality` | number | the results of one check |
| `rule#<table>#<digest of the rule>` | number | one result of one rule |
| `run#<run id>` | `run`, `job#<attempt>#<job>`, `quality#<number>` | the number of the run, job or check in its list |
| `held` | `<workflow>#<partition>` | a partition that the quality gate holds |
| `table` | table | a table that was published |
| `candidate#<table>` | `<partition>#<version>` | a version that readers never saw |
| `current#<table>` | partition | the version that readers see |
| `replaced#<table>` | `<partition>#<version>` | a version that readers saw |
| `pin#<table>` | partition | a rollback in force |
| `redo` | flip | a flip in progress |

Items of `start`, `notices` and `called` have the attribute `expires_at`, and are no items after that time.

Every read is strongly consistent, and is one query whatever the length of history: there is no secondary index.
A key has at most 2,048 bytes (pk) and 1,024 bytes (sk) (DynamoDB developer guide, "Quotas").
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

LEASE, BEAT, COUNTER, HEALTH, SWITCHED_OFF = "lease", "beat", "counter", "health", "switched_off"
CLAIM, QUERIES, START, DUTY, RATE, SLOTS = "claim", "queries", "start", "duty", "rate", "slots"
FORMAT, NOTICES, CALLED, OBJECTS = "format", "notices", "called", "objects"
RUNS, JOBS, QUALITY, HELD, TABLE, REDO = "runs", "jobs", "quality", "held", "table", "redo"

# How long items last, by pk; all others last until they are deleted. DynamoDB removes them some days later (developer
# guide, "Using time to live"), so readers ignore them by themselves, and writers write over them.
EXPIRES_AT = "expires_at"  # the attribute, in seconds since 1970
LASTING: Mapping[str, timedelta] = {
    START: timedelta(days=30),  # no start is repeated after so long
    NOTICES: timedelta(days=30),  # since the last event
    CALLED: timedelta(days=30),  # no call lasts so long
}

_WHOLE = "-"  # the partition of an unpartitioned table: a key cannot be empty


class Key(NamedTuple):
    pk: str
    sk: str


def table_definition(name: str) -> dict[str, Any]:
    """The arguments of CreateTable."""
    return {
        "TableName": name,
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "AttributeDefinitions": [{"AttributeName": one, "AttributeType": "S"} for one in ("pk", "sk")],
        "BillingMode": "PAY_PER_REQUEST",
    }


def numbered(of: str, number: int) -> Key:
    """The key of a number in the list `of`; keys sort as the numbers do."""
    return Key(of, f"{number:016d}")


def number_of(key: Key) -> int:
    return int(key.sk)


def pending(source: str) -> str:
    return f"pending#{source}"


def runs_of(workflow: str) -> str:
    return f"{RUNS}#{workflow}"


def run(run_id: str) -> Key:
    return Key(f"run#{run_id}", "run")


def job(run_id: str, attempt: int, name: str) -> Key:
    return Key(f"run#{run_id}", f"job#{attempt}#{name}")


def quality(run_id: str, number: int) -> Key:
    return Key(f"run#{run_id}", f"quality#{number:016d}")


def held(workflow: str, partition: str) -> Key:
    return Key(HELD, f"{workflow}#{partition or _WHOLE}")


def rule(table: str, text: str) -> str:
    """The list of one rule's results, by the digest of the rule: its text may be longer than a key may be."""
    return f"rule#{table}#{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def candidates(table: str) -> str:
    return f"candidate#{table}"


def candidate(table: str, partition: str, version: str) -> Key:
    return Key(candidates(table), _version(partition, version))


def current_versions(table: str) -> str:
    return f"current#{table}"


def current(table: str, partition: str) -> Key:
    return Key(current_versions(table), partition or _WHOLE)


def replaced_versions(table: str) -> str:
    return f"replaced#{table}"


def replaced(table: str, partition: str, version: str) -> Key:
    return Key(replaced_versions(table), _version(partition, version))


def versions_of(partition: str) -> str:
    """The prefix of the sort keys of one partition's candidates and replaced versions."""
    return f"{partition or _WHOLE}#"


def pins(table: str) -> str:
    return f"pin#{table}"


def pin(table: str, partition: str) -> Key:
    return Key(pins(table), partition or _WHOLE)


def _version(partition: str, version: str) -> str:
    return versions_of(partition) + version
