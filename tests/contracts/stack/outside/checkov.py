"""Checkov, a judge of settings that leave data open, unwatched or lost.

`.ci/install_checkov` installs it in an environment of its own, since it pins what it needs. It asks no network.
"""

from __future__ import annotations

from collections.abc import Sequence

from millrace.infra.judges.judging import Template
from tests.contracts.stack.outside.installed import asked, installed

VERSION = "3.3.30"
_PROGRAM = """
import json, logging, sys

logging.disable(logging.CRITICAL)
from checkov.cloudformation.runner import Runner
from checkov.runner_filter import RunnerFilter

for file in sys.argv[1:]:
    report = Runner().run(root_folder=None, files=[file], runner_filter=RunnerFilter(framework=["cloudformation"]))
    unread = [f"template: it cannot be read: {error}" for error in report.parsing_errors]
    failed = [f"{one.resource.split('.')[-1]}: {one.check_id} {one.check_name}" for one in report.failed_checks]
    print(json.dumps(unread + failed))
"""


def checkov(templates: Sequence[Template]) -> list[list[str]]:
    home = installed("checkov", VERSION)
    return asked([home / "bin" / "python", "-W", "ignore", "-c", _PROGRAM], templates, home)
