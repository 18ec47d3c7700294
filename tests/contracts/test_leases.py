"""What every lease adapter does. A new adapter joins by one entry in ADAPTERS."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from glue_workflow.file_leases import FileLeases
from glue_workflow.ports import Leases
from millrace.errors import LeaseHeld

ADAPTERS: dict[str, Callable[[Path], Leases]] = {"files": FileLeases}

_HOLDER = """
import sys, pathlib
from glue_workflow.file_leases import FileLeases
with FileLeases(pathlib.Path(sys.argv[1])).hold("w"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(params=ADAPTERS)
def leases(request: pytest.FixtureRequest, tmp_path: Path) -> Leases:
    return ADAPTERS[request.param](tmp_path)


def test_a_lease_is_held_by_one(leases: Leases) -> None:
    with leases.hold("w"), pytest.raises(LeaseHeld, match="w is held by process"), leases.hold("w"):
        pass


def test_a_lease_is_free_again_afterwards_even_after_an_error(leases: Leases) -> None:
    with pytest.raises(ZeroDivisionError), leases.hold("w"):
        raise ZeroDivisionError
    with leases.hold("w"):
        pass


def test_leases_of_other_names_do_not_matter(leases: Leases) -> None:
    with leases.hold("w"), leases.hold("v"):
        pass


def test_a_killed_process_loses_its_lease(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LeaseHeld, match=str(holder.pid)), FileLeases(tmp_path).hold("w"):
            pass
        holder.kill()
        holder.wait()
        with FileLeases(tmp_path).hold("w"):
            pass
