"""What happens to the calls that one job of a workflow makes to AWS, until it is over."""

from __future__ import annotations

from dataclasses import dataclass

from tests.doubles.aws_proxy import AwsRequest
from tests.doubles.faults import Fault, changes

# Without its state, and what it was started for, no run can say how it went.
_NEEDED = ("dynamodb.", "glue.GetWorkflowRunProperties")


@dataclass
class Trouble:
    """`job`: whose calls; "" for none. `fault`: REFUSED, each call but those that any run needs; or KILLED, before the
    call numbered `before`, from 1, of those that change something: it is over with that.
    """

    job: str = ""
    fault: Fault = Fault.NONE
    before: int = 1

    def __call__(self, request: AwsRequest) -> Fault:
        return self.of(request.operation, changes=request.changes)

    def by_operation(self, operation: str) -> Fault:
        return self.of(operation, changes=changes(operation))

    def of(self, operation: str, *, changes: bool) -> Fault:
        if self.fault is Fault.REFUSED:
            return Fault.NONE if operation.startswith(_NEEDED) else Fault.REFUSED
        if self.fault is Fault.KILLED and changes:
            self.before -= 1
            if self.before == 0:
                self.end()
                return Fault.KILLED
        return Fault.NONE

    def end(self) -> None:
        self.job, self.fault = "", Fault.NONE
