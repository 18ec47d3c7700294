"""The judges of a template that run wherever it is synthesised, and what they object to.

`aws_models`: each resource as its create calls, before the service models of botocore (members, enums, patterns,
lengths). `cfn_lint`: CloudFormation's resource schemas and rules. The suite has more of them, which need programs of
their own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from millrace.infra.judges.create_calls import calls, is_known
from millrace.infra.judges.references import REGION, resolved

Template = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Objection:
    """`resource`: its logical id; "" for the template as a whole."""

    resource: str
    text: str

    def __str__(self) -> str:
        return f"{self.resource}: {self.text}" if self.resource else self.text


@dataclass(frozen=True, slots=True)
class Judgement:
    """`judge`: its name and version; "" where it is not installed, and `package` says what to install. `failure`: why
    it came to no judgement.
    """

    package: str
    judge: str
    objections: tuple[Objection, ...] = ()
    failure: str = ""

    @property
    def lines(self) -> list[str]:
        """What people are told of it."""
        if not self.judge:
            return [f"not judged by {self.package}: pip install {self.package}"]
        if self.failure:
            return [f"not judged by {self.judge}, which failed: {self.failure}"]
        if not self.objections:
            return [f"judged by {self.judge}: no fault"]
        return [f"{self.judge}: {one}" for one in self.objections]


def judgements(template: Template, region: str) -> Iterator[Judgement]:
    """Each judge's, one after the other."""
    for package, judge in _JUDGES.items():
        try:
            named = f"{package} {version(package)}"
        except PackageNotFoundError:
            yield Judgement(package, "")
            continue
        try:
            objections = tuple(judge(template, region))
        except Exception as error:  # noqa: BLE001 - what is wrong with a judge is no fault of the template
            yield Judgement(package, named, failure=f"{type(error).__name__}: {error}")
        else:
            yield Judgement(package, named, objections)


def aws_models(template: Template, region: str = REGION) -> Sequence[Objection]:
    """References to nothing, and what a create call would not take: the same in every region."""
    from millrace.infra.judges.service_models import refused

    try:
        resources = resolved(template)
    except KeyError as error:
        return [Objection("", f"a reference to {error}")]
    found = []
    for title, one in resources.items():
        if not is_known(one["Type"]):
            found.append(Objection(title, f"no create call is known of {one['Type']}"))
            continue
        try:
            made = calls(one["Type"], one["Properties"])
        except KeyError as error:
            found.append(Objection(title, f"{error} is missing"))
            continue
        found += [Objection(title, problem) for call in made for problem in refused(*call)]
    return found


def cfn_lint(template: Template, region: str = REGION) -> Sequence[Objection]:
    """Its warnings too. Not every region has every type of resource."""
    from cfnlint.api import ManualArgs, lint

    matches = lint(json.dumps(template), config=ManualArgs(regions=[region]))
    return [Objection(_title(match.path), f"{match.rule.id} {match.message}") for match in matches]


def _title(path: list[Any]) -> str:
    return str(path[1]) if len(path) > 1 else ""


# By the package that has the judge, as pip names it.
_JUDGES: Mapping[str, Callable[[Template, str], Sequence[Objection]]] = {"botocore": aws_models, "cfn-lint": cfn_lint}
