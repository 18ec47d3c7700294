"""Parliament, the judge of IAM policies: it knows each action, its resources and its condition keys.

`.ci/install_parliament` installs it in an environment of its own, since it pins what it needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from millrace.infra.judges.judging import Template
from millrace.infra.judges.references import ACCOUNT, REGION, resolved
from tests.contracts.stack.outside.installed import asked, installed

VERSION = "1.6.4"
_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"  # what a star means in a key's own policy
_PROGRAM = """
import json, sys
import parliament

for file in sys.argv[1:]:
    with open(file) as given:
        documents = json.load(given)
    print(json.dumps([
        f"{title}: {found.issue} {found.detail}"
        for title, document in documents
        for found in parliament.analyze_policy_string(json.dumps(document)).findings
    ]))
"""


def parliament(templates: Sequence[Template]) -> list[list[str]]:
    """What it finds in the policies of roles, buckets, queues, topics and keys; of roles, not in whom they trust."""
    home = installed("parliament", VERSION)
    command: list[str | Path] = [home / "bin" / "python", "-W", "ignore", "-c", _PROGRAM]
    return asked(command, [list(_documents(one)) for one in templates], home)


def _documents(template: Template) -> Iterator[tuple[str, Any]]:
    for title, one in resolved(template).items():
        given = one["Properties"]
        yield from ((title, policy["PolicyDocument"]) for policy in given.get("Policies", []))
        if "PolicyDocument" in given:
            yield title, given["PolicyDocument"]
        if "KeyPolicy" in given:
            statements = [{**statement, "Resource": _KEY} for statement in given["KeyPolicy"]["Statement"]]
            yield title, {**given["KeyPolicy"], "Statement": statements}
