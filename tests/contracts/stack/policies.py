"""Parliament, the judge of IAM policies: it knows each action, its resources and its condition keys.

`.ci/install_parliament` installs it in an environment of its own, since it pins what it needs.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.contracts.stack.resolved import resolved
from tests.judges import JUDGES

VERSION = "1.6.4"
_HOME = JUDGES / f"parliament-{VERSION}"
_PYTHON = _HOME / "bin" / "python"
_PROGRAM = """
import json, sys
import parliament

for title, document in json.load(sys.stdin):
    for found in parliament.analyze_policy_string(json.dumps(document)).findings:
        print(f"{title}: {found.issue} {found.detail}")
"""


def parliament(template: Mapping[str, Any]) -> list[str]:
    """What it finds in the policies of roles, buckets, queues and topics; of roles, not in whom they trust."""
    if not _PYTHON.exists():
        assert not os.environ.get("CI"), "parliament is not installed"
        pytest.skip("parliament is not installed: .ci/install_parliament")
    given = json.dumps(list(_documents(template)))
    done = subprocess.run(
        [str(_PYTHON), "-W", "ignore", "-c", _PROGRAM],
        input=given,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout.splitlines()


def _documents(template: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for title, one in resolved(template).items():
        given = one["Properties"]
        yield from ((title, policy["PolicyDocument"]) for policy in given.get("Policies", []))
        if "PolicyDocument" in given:
            yield title, given["PolicyDocument"]
