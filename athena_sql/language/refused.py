"""What Athena refuses in a statement, as data: in Athena's words, and as the check of a project's files says it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from millrace.athena_sql.portability.refusals import Refusal
from millrace.athena_sql.statements.places import place_of
from millrace.errors import StatementFailed


@dataclass(frozen=True, slots=True)
class AthenaRefusal:
    """`code` and `words`: of Athena's error, without the place. `refusal`: the construct, and what to write instead."""

    code: str
    words: str
    refusal: Refusal
    hint: str = ""

    def failure(self, node: exp.Expr) -> StatementFailed:
        """The error of a statement that has this at `node`."""
        return StatementFailed(self.code, f"{place_of(node)}: {self.words}", hint=self.hint)
