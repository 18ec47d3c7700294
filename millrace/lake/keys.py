"""The key layout of the lake, the same in a folder and in a bucket. That of raw objects is in `raw_layout`."""

from __future__ import annotations

RAW, STAGING, PROD, QUARANTINE, OPS = "raw", "staging", "prod", "quarantine", "ops"
KEPT = "kept"  # what was dropped as a file, or extracted, byte for byte; records in raw name these objects
EXPORTS = "exports"  # files of queries and probes, which last no longer than one command; vacuum removes what is left
CRAWLED = "crawled"  # the layer of tables whose form is inferred; their files lie in folders of their own
STATE_OBJECTS = f"{OPS}/state/"  # on AWS, texts of the state table that are too long for an item
MANIFEST = "_manifest.json"  # a leading underscore hides it from Athena, Spark and Glue
_FILE_LIST = "_current.txt"

REPORTS = "reports"  # what jobs of the kind `report` publish, below it by the report's name and day

# What lies directly below the root, of Millrace's own; the last two are folders of this machine.
OWN_FOLDERS = frozenset({RAW, STAGING, PROD, QUARANTINE, OPS, KEPT, EXPORTS, REPORTS, "athena", "leases"})


def table_prefix(table: str) -> str:
    """`table` is `<layer>.<name>`; its versions lie below."""
    layer, name = table.split(".")
    return f"{layer}/{name}/"


def version_prefix(table: str, version: str) -> str:
    """`version` is `<run id>-<attempt>`."""
    return f"{table_prefix(table)}run={version}/"


def file_list(table: str) -> str:
    """The key of the list of the files that readers of a table see."""
    return f"{table_prefix(table)}{_FILE_LIST}"


def file_lists_state(workflow: str) -> str:
    """The key of the object that says whether a workflow's file lists are as new as its pointers."""
    return f"{OPS}/file_lists/{workflow}"


def quarantine_object(source: str, dt: str, item_id: str) -> str:
    return f"{QUARANTINE}/{source}/dt={dt}/{item_id}.json"


def failed_body(source: str, dt: str, poll_id: str) -> str:
    """The key of the object that holds what a failed attempt received of a body."""
    return f"{OPS}/failed/{source}/dt={dt}/{poll_id}"


def new_fields(source: str) -> str:
    """The key of the object that remembers the undeclared fields of a source that were logged."""
    return f"{OPS}/new_fields/{source}.json"


def last_crawl(name: str) -> str:
    """The key of the object that says how the last crawl of a dataset on this machine ended."""
    return f"{OPS}/crawls/{name}.json"


def copied_files(workflow: str, job: str) -> str:
    """The key of the object that lists what a job of the kind `copy` has copied."""
    return f"{OPS}/copies/{workflow}/{job}.json"


def report_folder(name: str, dt: str) -> str:
    """The prefix of what is published of a report's day."""
    return f"{REPORTS}/{name}/dt={dt}/"


def report_version(name: str, dt: str, version: str) -> str:
    return f"{report_folder(name, dt)}run={version}/"


def current_report(name: str, dt: str) -> str:
    """The key of the object that names the files of a report's day."""
    return f"{report_folder(name, dt)}_current.json"


def partition_of(key: str) -> dict[str, str]:
    """The `name=value` folders of a key, such as `{"dt": "2024-05-30", "hour": "08"}`.

    Of two folders with the same name the lower one counts, so folders above the lake (`dt=2020-01-01/lake/raw/...`)
    change nothing. The object's own name never counts.
    """
    return dict(folder.split("=", 1) for folder in key.split("/")[:-1] if "=" in folder)
