"""The contract of leases. A new adapter is one entry in ADAPTERS."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from millrace.errors import LeaseHeld
from millrace.glue_workflow.ports import Leases
from millrace.glue_workflow.stores.aws.leases import DynamoLeases
from millrace.glue_workflow.stores.local.leases import FileLeases
from tests.contracts import aws
from tests.doubles.manual_timer import ManualTimer


@dataclass
class Shared:
    """`process` gives the leases of one more process. `child`: Python code that makes `leases` in a child process."""

    process: Callable[[], Leases]
    child: str


def files(folder: Path) -> Shared:
    imports = "from pathlib import Path; from millrace.glue_workflow.stores.local.leases import FileLeases as L"
    child = f"{imports}; leases = L(Path({str(folder)!r}))"
    return Shared(lambda: FileLeases(folder), child)


def dynamo(folder: Path) -> Shared:
    """Within one process time is the test's: when one sleeps, the heartbeats of the others happen."""
    place, timer = aws.new_place(), ManualTimer()
    return Shared(lambda: DynamoLeases(place.state(), timer=timer), "")


def dynamo_in_real_time(folder: Path) -> Shared:
    """Between processes the heartbeat is real: after 2.5 seconds without one the holder counts as dead."""
    place = aws.new_place()
    child = (
        "from tests.contracts.aws import remote_state; "
        "from millrace.glue_workflow.stores.aws.leases import DynamoLeases as L; "
        f"leases = L(remote_state({aws.endpoint()!r}, {place.table!r}), beat_seconds=0.02)"
    )
    return Shared(lambda: DynamoLeases(place.state(), check_seconds=0.1, checks=25), child)


ADAPTERS: dict[str, Callable[[Path], Shared]] = {"files": files, "dynamo": dynamo}
BETWEEN_PROCESSES: dict[str, Callable[[Path], Shared]] = {"files": files, "dynamo": dynamo_in_real_time}

_HOLDER = """
with leases.hold("w"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(params=ADAPTERS)
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Shared:
    return ADAPTERS[request.param](tmp_path)


def test_a_lease_has_one_holder(shared: Shared) -> None:
    mine, others = shared.process(), shared.process()
    with mine.hold("w"):
        with pytest.raises(LeaseHeld, match="w is held by process"), others.hold("w"):
            pass
        with pytest.raises(LeaseHeld, match="w is held by process"), mine.hold("w"):
            pass
    with others.hold("w"):
        pass


def test_a_lease_is_free_again_afterwards_even_after_an_error(shared: Shared) -> None:
    with pytest.raises(ZeroDivisionError), shared.process().hold("w"):
        raise ZeroDivisionError
    with shared.process().hold("w"):
        pass


def test_leases_of_different_names_are_independent(shared: Shared) -> None:
    with shared.process().hold("w"), shared.process().hold("v"):
        pass


@pytest.mark.parametrize("adapter", BETWEEN_PROCESSES)
def test_a_killed_process_loses_its_lease(adapter: str, tmp_path: Path) -> None:
    shared = BETWEEN_PROCESSES[adapter](tmp_path)
    command = [sys.executable, "-c", f"import sys; {shared.child}\n{_HOLDER}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LeaseHeld, match=str(holder.pid)), shared.process().hold("w"):
            pass
        holder.kill()
        holder.wait()
        with shared.process().hold("w"):
            pass
