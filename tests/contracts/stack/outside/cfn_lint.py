"""cfn-lint, which has CloudFormation's resource schemas, and rules of its own. It is one of the suite's packages."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

from millrace.infra.judges import judging
from millrace.infra.judges.judging import Template

VERSION = version("cfn-lint")


def cfn_lint(templates: Sequence[Template]) -> list[list[str]]:
    return [[str(one) for one in judging.cfn_lint(template)] for template in templates]
