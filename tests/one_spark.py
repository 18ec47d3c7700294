"""Tests that go to one of pytest's processes together, because what they share is slow to make.

They are the tests on Spark, since each process would start a Spark of its own (end-to-end tests start theirs in further
processes, so they are spread), those on Trino, which is one server, and the tests of some modules and folders: those of
the installed package share two builds and two environments, those of a source's tests a run of them, those of the
permissions recorded calls, and those on a stage one that is deployed, in which each goes on where the one before ended.
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

SPARK = "spark"  # in the name of the test, its file or its parameter
TRINO = "trino"  # likewise
_OWN_PROCESSES = "tests/end_to_end/"
_TOGETHER = (
    "tests/end_to_end/project/test_installed.py",
    "tests/end_to_end/project/test_testing.py",
    "tests/end_to_end/aws/permissions/",
    "tests/end_to_end/deployment/on_a_stage/test_data_commands.py",
    "tests/end_to_end/deployment/on_a_stage/test_smoke.py",
    "tests/end_to_end/deployment/on_a_stage/test_upgrade.py",
)


class OneSpark(LoadScopeScheduling):
    """Shares tests out one by one, as pytest-xdist does by default, and keeps those together that share much."""

    def _split_scope(self, nodeid: str) -> str:
        if together := next((one for one in _TOGETHER if nodeid.startswith(one)), None):
            return together
        if nodeid.startswith(_OWN_PROCESSES):
            return nodeid
        return next((shared for shared in (SPARK, TRINO) if shared in nodeid), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneSpark:
    return OneSpark(config, log)
