"""Every error that Millrace raises on purpose, in one tree, grouped by what the caller can do about it.

MillraceError
├── UsageError                 the caller asked for something that cannot be: correct the call (exit status 2)
│   ├── UnknownName            no such source, workflow, table, run, panel...; lists what there is
│   ├── BadTime                a time or date that cannot be read
│   ├── QueryError             SQL that cannot be parsed, resolved or run
│   │   └── StatementFailed    the same, in Athena's words (the local Athena endpoint)
│   ├── RequestRefused         a request to the local Athena endpoint, in the shape of Athena's own errors
│   ├── DefinitionError        a workflow, rule file or statement that is refused when it is loaded
│   └── SettingError           a setting that is missing or cannot be read
├── RetryLater                 nothing is wrong with the request: the same call may go through later
│   ├── LeaseHeld              another live process runs this workflow
│   │   └── LeaseLost          this process stood still for so long that another took its lease
│   ├── ServiceBusy            an AWS service throttles, has trouble, or cannot be reached; also a LakeError
│   └── FeedUnavailable        the feed gave no usable response within the retries
│       └── ResponseTooLarge   the body is over the limit: another try would bring the same
├── PayloadRejected            a response that is not a plausible snapshot: it goes to quarantine
├── LakeError                  the stored data or its place
│   ├── WrongLakeKind          simulated data for a live lake, or the other way round
│   ├── ObjectMissing          an object that the catalog or a caller names is not there
│   └── ServiceRefused         an AWS service says no: credentials, permission, or what it names is not there
├── DeliveryError              the delivery stream could not make a record durable: the poll must fail
└── JobError                   a job of a workflow failed; the run stops before it damages anything
    ├── QualityStop            the quality rules say no
    ├── SchemaChanged          raw objects no longer have the declared types
    └── JobTimeout             a job ran longer than its definition allows
"""

from __future__ import annotations

from collections.abc import Iterable


class MillraceError(Exception):
    """Base of all. `message` says what and where; `hint` says what to do, in one sentence."""

    exit_status = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class UsageError(MillraceError):
    exit_status = 2


class UnknownName(UsageError):
    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        hint = f"There is: {', '.join(names)}." if names else f"There is no {what} yet."
        super().__init__(f"unknown {what} {name!r}.", hint=hint)
        self.what, self.name, self.known = what, name, names


class BadTime(UsageError):
    pass


class QueryError(UsageError):
    pass


class StatementFailed(QueryError):
    """`code` is Athena's word, such as TABLE_NOT_FOUND; the message is the whole reason, code and place included."""

    def __init__(self, code: str, message: str, *, hint: str = "") -> None:
        super().__init__(f"{code}: {message}", hint=hint)
        self.code = code


class RequestRefused(UsageError):
    """`shape` is the error shape, such as InvalidRequestException; `members` are its fields beside the message."""

    def __init__(self, shape: str, message: str, *, status: int = 400, **members: str) -> None:
        super().__init__(message)
        self.shape, self.status, self.members = shape, status, members


class DefinitionError(UsageError):
    pass


class SettingError(UsageError):
    pass


class RetryLater(MillraceError):
    exit_status = 75  # EX_TEMPFAIL of sysexits.h


class LeaseHeld(RetryLater):
    pass


class LeaseLost(LeaseHeld):
    pass


class FeedUnavailable(RetryLater):
    """`status` is the last HTTP status, or None when no response came; `body` the first 64 KiB of one, if any."""

    def __init__(self, message: str, *, tries: int, status: int | None = None, body: bytes = b"") -> None:
        super().__init__(message)
        self.tries, self.status, self.body = tries, status, body


class ResponseTooLarge(FeedUnavailable):
    pass


class PayloadRejected(MillraceError):
    """`code` is a stable word for the reason (such as `empty` or `not_json`); `message` is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class LakeError(MillraceError):
    pass


class WrongLakeKind(LakeError):
    exit_status = 2


class ObjectMissing(LakeError):
    pass


class ServiceRefused(LakeError):
    pass


class ServiceBusy(RetryLater, LakeError):
    pass


class DeliveryError(MillraceError):
    pass


class JobError(MillraceError):
    pass


class QualityStop(JobError):
    pass


class SchemaChanged(JobError):
    pass


class JobTimeout(JobError):
    pass
