"""Parliament, the judge of IAM policies: it knows each action, its resources and its condition keys.

`.ci/install_parliament` installs it in an environment of its own, since it pins what it needs.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from typing import Any

from millrace.infra.judges.references import ACCOUNT, REGION, resolved
from tests.contracts.stack.outside.installed import installed

VERSION = "1.6.4"
_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"  # what a star means in a key's own policy
_PROGRAM = """
import json, sys
import parliament

for title, document in json.load(sys.stdin):
    for found in parliament.analyze_policy_string(json.dumps(document)).findings:
        print(f"{title}: {found.issue} {found.detail}")
"""


def parliament(template: Mapping[str, Any]) -> list[str]:
    """What it finds in the policies of roles, buckets, queues, topics and keys; of roles, not in whom they trust."""
    python = installed("parliament", VERSION) / "bin" / "python"
    given = json.dumps(list(_documents(template)))
    done = subprocess.run(
        [str(python), "-W", "ignore", "-c", _PROGRAM],
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
        if "KeyPolicy" in given:
            statements = [{**statement, "Resource": _KEY} for statement in given["KeyPolicy"]["Statement"]]
            yield title, {**given["KeyPolicy"], "Statement": statements}
