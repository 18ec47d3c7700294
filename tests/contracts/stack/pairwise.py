"""Stages such that each two values of any two options stand together in one of them.

`OPTIONS` has the values that are tried of each option of a stage, and the stages themselves as one of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from itertools import combinations, product
from typing import Any

from millrace.infra.stages.stage import DeployerOptions, NetworkOptions, Stage, TendOptions
from millrace.schedules.names import Duty
from millrace.settings import STAGES
from tests.contracts.stack.templates import KEY, PERSON, STAGED, shipped_stage

_VPC = STAGED["prod, jobs and a source in a VPC"].network
_BOUNDARY = "arn:aws:iam::123456789012:policy/boundary"

OPTIONS: Mapping[str, Sequence[Any]] = {
    "name": STAGES,
    "region": ("ap-southeast-1", "eu-central-1"),
    "account": ("", "123456789012"),
    "schedules": (True, False),
    "log_days": (1, 3653),
    "lake.bucket": ("", "some-lake"),
    "lake.kms_key": ("", KEY, "own"),
    "lake.noncurrent_days": (1, 3650),
    "lake.since": ("2024-01-01", "2026-11-30"),
    "lake.deletion_protection": (True, False),
    "ingest.architecture": ("arm64", "x86_64"),
    "ingest.python": ("3.12", "3.13", "3.14"),
    "ingest.memory_mb": (128, 10_240),
    "ingest.timeout_seconds": (10, 900),
    "ingest.buffer_seconds": (60, 900),
    "workflow.orchestrator": ("glue", "stepfunctions", "events", "none"),
    "workflow.jobs": ("each", "fused"),
    "workflow.glue_version": ("6.0", "5.1"),
    "workflow.worker_type": ("G.1X", "R.8X"),
    "workflow.workers": (2, 299),
    "workflow.auto_scaling": (True, False),
    "workflow.crawler": (False, True),
    "workflow.metrics": (False, True),
    "workflow.memory_mb": (256, 10_240),
    "workflow.timeout_seconds": (120, 900),
    "athena.job_queries": (1, 200),
    "athena.jobs_cutoff_mb": (10, 7_000_000),
    "athena.readers_cutoff_mb": (10, 7_000_000),
    "athena.prepared_statements": (True, False),
    "athena.named_queries": (False, True),
    **{f"tend.{duty}": (getattr(TendOptions(), duty), "") for duty in Duty},
    "tend.memory_mb": (256, 10_240),
    "tend.timeout_seconds": (120, 900),
    "alerts.emails": ((), ("on-call@example.org", "desk@example.org")),
    "alerts.alarms": (True, False),
    "alerts.notify": ((), ("sns:own",), ("sns:arn:aws:sns:eu-west-1:123456789012:people",)),
    "alerts.notify_from": ("", "ssm:webhooks", "secretsmanager:webhooks"),
    "access.roles": ("each", "shared"),
    "access.permissions_boundary": ("", _BOUNDARY),
    "access.role_prefix": ("", "team-"),
    "access.grafana": ("", PERSON),
    "network": (NetworkOptions(), replace(_VPC, sources=()), _VPC),
    "api_keys": ({}, {"rainfall": "ssm:/feeds/rain", "taxi_availability": "secretsmanager:feeds/taxis"}),
    "tags": ({}, {"team": "feeds", "cost center": "12/3"}),
}


def covering(sizes: Sequence[int]) -> list[tuple[int, ...]]:
    """Rows of one number per option, below its size, such that every two numbers of two options are in some row.

    Each row begins with a pair that is missing yet, and takes of each further option what makes most missing pairs.
    """
    missing = {
        ((one, first), (other, second))
        for one, other in combinations(range(len(sizes)), 2)
        for first, second in product(range(sizes[one]), range(sizes[other]))
    }
    rows = []
    while missing:
        row = dict(min(missing))
        for option, size in enumerate(sizes):
            if option not in row:
                made = [len(_pairs(row, option, value) & missing) for value in range(size)]
                row[option] = made.index(max(made))
        rows.append(tuple(row[option] for option in range(len(sizes))))
        missing -= set(combinations(sorted(row.items()), 2))
    return rows


def _pairs(row: Mapping[int, int], option: int, value: int) -> set[tuple[tuple[int, int], ...]]:
    """The pairs that this value of an option makes with what a row has."""
    return {tuple(sorted(((option, value), other))) for other in row.items()}


def pairwise_stages() -> list[Stage]:
    names = list(OPTIONS)
    rows = covering([len(OPTIONS[name]) for name in names])
    return [_stage({name: OPTIONS[name][value] for name, value in zip(names, row, strict=True)}) for row in rows]


def _stage(chosen: Mapping[str, Any]) -> Stage:
    whole = {name: value for name, value in chosen.items() if "." not in name}
    stage = replace(shipped_stage(chosen["name"]), **whole)
    for name, value in chosen.items():
        group, _, option = name.partition(".")
        if option:
            stage = replace(stage, **{group: replace(getattr(stage, group), **{option: value})})
    return stage


def options_of_a_stage() -> set[str]:
    """Each option as `OPTIONS` names it; those of the network are one. The deployer's are of the bootstrap stack."""
    stage = shipped_stage("dev")
    found = set()
    for one in fields(stage):
        value = getattr(stage, one.name)
        grouped = hasattr(value, "__dataclass_fields__") and not isinstance(value, NetworkOptions)
        found |= {f"{one.name}.{each.name}" for each in fields(value)} if grouped else {one.name}
    return found - {"file"} - {f"deployer.{one.name}" for one in fields(DeployerOptions)}
