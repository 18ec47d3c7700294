"""All tests on Spark go to one of pytest's processes: each process that has one starts a Spark of its own.

But for end-to-end tests: their Sparks are in processes that they start themselves.
"""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

SPARK = "spark"  # in the name of the test, its file or its parameter
_OWN_PROCESSES = "tests/end_to_end/"


class OneSpark(LoadScopeScheduling):
    """As pytest-xdist shares tests out by itself, one by one, but that those on Spark are one."""

    def _split_scope(self, nodeid: str) -> str:
        return SPARK if SPARK in nodeid and not nodeid.startswith(_OWN_PROCESSES) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneSpark:
    return OneSpark(config, log)
