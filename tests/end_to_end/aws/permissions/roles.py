"""A role of the stack, as IAM reads it: which needs it refuses, and what it is with one action or resource fewer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from millrace.infra.judges.references import ACCOUNT, resolved
from tests.contracts.stack.templates import STAGED, content
from tests.end_to_end.aws.permissions.integrations import StackView
from tests.end_to_end.aws.permissions.recorded_calls import NeededAction


def stack_view(name: str) -> StackView:
    """The template of one of the stages that are judged."""
    return StackView(resolved(content(name)), STAGED[name].name)


@dataclass(frozen=True)
class Allowance:
    """One statement. Actions on a key that hold for one service's calls alone end with `through` and its name."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]

    def allows(self, need: NeededAction) -> bool:
        action, arn = need
        return action in self.actions and any(fnmatchcase(arn, pattern) for pattern in self.resources)


@dataclass(frozen=True)
class RoleOfStack:
    arn: str
    statements: tuple[Allowance, ...]

    @classmethod
    def of(cls, stack: StackView, title: str) -> RoleOfStack:
        given = stack.resources[title]["Properties"]
        [policy] = given["Policies"]
        statements = []
        for one in policy["PolicyDocument"]["Statement"]:
            via = one.get("Condition", {}).get("StringEquals", {}).get("kms:ViaService", "")
            through = f" through {via.partition('.')[0]}" if via else ""
            resources = one["Resource"]
            actions = tuple(f"{action}{through}" for action in one["Action"])
            statements.append(Allowance(actions, (resources,) if isinstance(resources, str) else tuple(resources)))
        name = given.get("RoleName", f"millrace-{title.lower()}-1a2b3c")
        return cls(f"arn:aws:iam::{ACCOUNT}:role/{name}", tuple(statements))

    def allowed(self) -> set[NeededAction]:
        return {(action, one) for each in self.statements for action in each.actions for one in each.resources}

    def refused(self, needed: Iterable[NeededAction]) -> list[NeededAction]:
        return sorted(need for need in needed if not any(one.allows(need) for one in self.statements))

    def lessened(self) -> Iterator[tuple[str, RoleOfStack]]:
        """The role without each action of a statement, and without each resource of one, said in words.

        Glue's catalog stays: each statement on tables has it, so that it stands alone.
        """
        for number, one in enumerate(self.statements):
            for action in one.actions:
                rest = tuple(other for other in one.actions if other != action)
                yield f"{action} on {', '.join(one.resources)}", self._with(number, Allowance(rest, one.resources))
            for resource in (each for each in one.resources if not each.endswith(":catalog")):
                left = tuple(other for other in one.resources if other != resource)
                yield f"{', '.join(one.actions)} on {resource}", self._with(number, Allowance(one.actions, left))

    def _with(self, number: int, statement: Allowance) -> RoleOfStack:
        return RoleOfStack(self.arn, (*self.statements[:number], statement, *self.statements[number + 1 :]))
