"""Which files a job of the kind `copy` takes: its addresses, with days and numbers filled in, and its limits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fnmatch import fnmatchcase
from itertools import islice
from typing import Any, Self

from millrace.errors import CopyRefused, DefinitionError
from millrace.glue_workflow.run.job_context import JobContext
from millrace.ingestors.ports import OpenData, OpenFile
from millrace.lake.storage import checked

_MEGABYTE = 1_000_000
_REGION = "us-east-1"
_PLACE = re.compile(r"\{(?P<what>day|number)(?::(?P<form>[^{}]*))?\}")


@dataclass(frozen=True)
class CopySelection:
    """`addresses`: with nothing left to be filled in. `pattern`: of the names that are taken."""

    addresses: tuple[str, ...]
    target: str
    objects: int
    megabytes: int
    region: str = _REGION
    pattern: str = "*"

    @classmethod
    def of(cls, context: JobContext) -> Self:
        """`{day}` stands for each of `from` to `to`, by default yesterday; `{number}` for each of `first` to `last`.

        Raises DefinitionError.
        """
        given: Mapping[str, Any] = context.job.parameters
        yesterday = context.logical_time.astimezone(context.workflow.timezone).date() - timedelta(days=1)
        days = tuple(date.fromisoformat(given[key]) if key in given else yesterday for key in ("from", "to"))
        origin = given["origin"]
        written = (origin,) if isinstance(origin, str) else tuple(origin)
        numbers = (given.get("first", 1), given.get("last", given.get("first", 1)))
        addresses = [one for text in written for one in _filled_in(text, days, numbers)]
        options = {key: given[key] for key in ("region", "pattern") if key in given}
        return cls(tuple(dict.fromkeys(addresses)), given["target"], given["objects"], given["megabytes"], **options)

    def files(self, origin: OpenData) -> dict[str, OpenFile]:
        """By name, at most one more than the limit. Raises CopyRefused for a name that comes twice, and LakeError."""
        found: dict[str, OpenFile] = {}
        for file in islice(self._matching(origin), self.objects + 1):
            if file.name in found:
                raise CopyRefused(
                    f"{file.address} has the name of {found[file.name].address}.",
                    hint="Copy them by two jobs, each to a prefix of its own.",
                )
            checked(file.name)
            found[file.name] = file
        return found

    @property
    def most_bytes(self) -> int:
        return self.megabytes * _MEGABYTE

    def require_within(self, files: Mapping[str, OpenFile]) -> None:
        """Raises CopyRefused for more files than declared, or more bytes, as far as the listing tells."""
        if len(files) > self.objects:
            raise CopyRefused(
                f"there are more than {self.objects} files at {self.addresses[0]}.",
                hint="Choose a narrower prefix or pattern, or raise `objects`.",
            )
        if not files:
            raise CopyRefused(f"there is no file at {self.addresses[0]}.", hint="Correct `origin` or `pattern`.")
        size = sum(file.size or 0 for file in files.values())
        if size > self.most_bytes:
            raise CopyRefused(
                f"the {len(files)} files have {size:,} bytes, and {self.megabytes} megabytes are declared.",
                hint="Choose a narrower prefix or pattern, or raise `megabytes`.",
            )

    def _matching(self, origin: OpenData) -> Iterator[OpenFile]:
        for address in self.addresses:
            yield from (one for one in origin.files(address, self.region) if fnmatchcase(one.name, self.pattern))


def _filled_in(address: str, days: tuple[date, ...], numbers: tuple[int, int]) -> Iterator[str]:
    """The address for each day and number that it names. Raises DefinitionError."""
    named = {found["what"] for found in _PLACE.finditer(address)}
    first, last = days
    if last < first or numbers[1] < numbers[0]:
        raise DefinitionError("the range of the copy ends before it begins.", hint="Exchange the two.")
    every_day = [first + timedelta(days=one) for one in range((last - first).days + 1)] if "day" in named else [first]
    every_number = range(numbers[0], numbers[1] + 1) if "number" in named else range(1)
    for day in every_day:
        for number in every_number:
            yield _PLACE.sub(lambda found, day=day, number=number: _text(found, day, number), address)  # type: ignore[misc]


def _text(place: re.Match[str], day: date, number: int) -> str:
    """`{day}` as YYYY-MM-DD, `{day:%Y/%m}` as strftime has it; `{number:03}` with as many digits."""
    form = place["form"] or ""
    try:
        return day.strftime(form or "%Y-%m-%d") if place["what"] == "day" else format(number, form)
    except ValueError:
        raise DefinitionError(f"{place[0]} cannot be filled in.", hint="Write {day:%Y-%m-%d} or {number:03}.") from None
