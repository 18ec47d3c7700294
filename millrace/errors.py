"""Every error that Millrace raises on purpose, in one tree, grouped by what the caller can do about it.

MillraceError
├── UsageError                 the call asks for something impossible: correct the call (exit status 2)
│   ├── UnknownName            no such source, workflow, table, run, panel...; lists the known names
│   ├── BadTime                a time or date that cannot be read
│   ├── QueryError             SQL that cannot be parsed, resolved or run
│   │   ├── QueryStopped       the query was stopped on purpose
│   │   └── StatementFailed    the same, with Athena's error code (the local Athena endpoint)
│   ├── RequestRefused         a request to the local Athena endpoint, in the shape of Athena's own errors
│   ├── DefinitionError        a workflow, rule file or statement that is refused when it is loaded
│   └── SettingError           a setting that is missing or cannot be read
├── RetryLater                 the request is right: the same call may succeed later (exit status 75)
│   ├── LeaseHeld              another live process runs this workflow
│   │   └── LeaseLost          this process was paused for so long that another one took its lease
│   ├── ServiceBusy            an AWS service throttles, fails, or cannot be reached; also a LakeError
│   └── FeedUnavailable        the feed gave no usable response within the retries
│       └── ResponseTooLarge   the body is over the limit: a retry would bring the same
├── PayloadRejected            a response that is not a plausible snapshot: it goes to quarantine
├── LakeError                  the stored data, or the place where it is stored (exit status 2)
│   ├── WrongLakeKind          simulated data for a live lake, or live data for a simulated one
│   ├── FormUnknown            a dataset whose columns nobody knows: no files, or files without a form
│   ├── ObjectMissing          an object that the catalog or a caller names does not exist
│   └── ServiceRefused         an AWS service refuses: credentials, permission, or a resource that does not exist
├── DeploymentFailed           a stack did not become what was asked for; names the resource that failed
├── DeliveryError              the delivery stream could not make a record durable: the poll must fail
└── JobError                   a job of a workflow failed; the run stops before it damages anything
    ├── QualityStop            the quality rules hold back the data
    ├── SchemaChanged          raw objects no longer have the declared types
    ├── JobTimeout             a job ran longer than its definition allows
    ├── ScriptFailed           a script of a project raised an error, or gave other rows than declared
    ├── CrawlFailed            a crawler ended its crawl with an error
    ├── FunctionFailed         a function that a workflow calls raised an error
    └── CopyRefused            what is to be copied is more than declared, or fits no key of the lake
"""

from __future__ import annotations

from collections.abc import Iterable


class MillraceError(Exception):
    """The base of all. `message` says what is wrong and where; `hint` says what to do, in one sentence."""

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
    """`what`: the kind of thing, for the message, such as `source`; `known`: the names that exist."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        hint = f"Choose one of: {', '.join(names)}." if names else f"There is no {what} yet."
        super().__init__(f"unknown {what} {name!r}.", hint=hint)
        self.what, self.name, self.known = what, name, names


class BadTime(UsageError):
    pass


class QueryError(UsageError):
    pass


class QueryStopped(QueryError):
    pass


class StatementFailed(QueryError):
    """`code` is Athena's error code, such as TABLE_NOT_FOUND; the message begins with it."""

    def __init__(self, code: str, message: str, *, hint: str = "") -> None:
        super().__init__(f"{code}: {message}", hint=hint)
        self.code = code


class RequestRefused(UsageError):
    """`shape` names the error in Athena's API, such as InvalidRequestException; `members` are its further fields."""

    def __init__(self, shape: str, message: str, *, status: int = 400, **members: str) -> None:
        super().__init__(message)
        self.shape, self.status, self.members = shape, status, members


class DefinitionError(UsageError):
    """`line`: of the file that is refused; 0 where it is not known."""

    def __init__(self, message: str, *, hint: str = "", line: int = 0) -> None:
        super().__init__(message, hint=hint)
        self.line = line


class SettingError(UsageError):
    pass


class RetryLater(MillraceError):
    exit_status = 75  # EX_TEMPFAIL of sysexits.h


class LeaseHeld(RetryLater):
    pass


class LeaseLost(LeaseHeld):
    pass


class NotificationFailed(RetryLater):
    pass


class FeedUnavailable(RetryLater):
    """`status`: the last HTTP status, or None without a response; `body`: the first 64 KiB of the last response."""

    def __init__(self, message: str, *, tries: int, status: int | None = None, body: bytes = b"") -> None:
        super().__init__(message)
        self.tries, self.status, self.body = tries, status, body


class ResponseTooLarge(FeedUnavailable):
    pass


class PayloadRejected(MillraceError):
    """`code` is a stable name of the reason, such as `empty` or `not_json`; `message` is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class PartRejected(PayloadRejected):
    """One part of a snapshot came whole, and is none: `part` names it, such as `page 2`; `body` is all of its text."""

    def __init__(self, code: str, message: str, *, part: str, tries: int, status: int, body: bytes) -> None:
        super().__init__(code, message)
        self.part, self.tries, self.status, self.body = part, tries, status, body


class LakeError(MillraceError):
    exit_status = 2  # unlike 1, which says what a command found in a lake that it could read


class WrongLakeKind(LakeError):
    pass


class FormUnknown(LakeError):
    pass


class ObjectMissing(LakeError):
    pass


class ServiceRefused(LakeError):
    pass


class ServiceBusy(RetryLater, LakeError):
    pass


class DeploymentFailed(MillraceError):
    pass


class DeliveryError(MillraceError):
    pass


class JobError(MillraceError):
    pass


class QualityStop(JobError):
    """`partitions`: those that the gate refused."""

    def __init__(self, message: str, *, hint: str = "", partitions: Iterable[str] = ()) -> None:
        super().__init__(message, hint=hint)
        self.partitions = tuple(partitions)


class SchemaChanged(JobError):
    pass


class JobTimeout(JobError):
    pass


class ScriptFailed(JobError):
    pass


class CrawlFailed(JobError):
    pass


class FunctionFailed(JobError):
    pass


class CopyRefused(JobError):
    pass
