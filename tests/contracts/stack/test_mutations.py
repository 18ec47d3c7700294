"""Every wrong variant of the template is refused, by the judges that it names and by no other."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.contracts.stack.judges import JUDGES, SLOW
from tests.contracts.stack.mutations.table import WRONG
from tests.contracts.stack.mutations.wrong import Wrong
from tests.contracts.stack.record import recorded
from tests.contracts.stack.templates import content
from tests.contracts.stack.variants import applied, noticed


def faults(wrong: list[Wrong]) -> list[str]:
    return [f"{one.resource}: {one.fault}" for one in wrong]


@pytest.mark.parametrize("judge", JUDGES)
def test_a_judge_refuses_what_it_is_named_for_and_nothing_else(judge: str) -> None:
    assert faults(noticed(judge, WRONG)) == faults([one for one in WRONG if judge in one.by])


@pytest.mark.parametrize("judge", SLOW)
def test_a_slow_judge_is_on_record_as_refusing_these_very_variants_or_is_asked(judge: str) -> None:
    """The record is of the hash of all of them; where it differs, the judge is asked for what no other refuses."""
    alone = [one for one in WRONG if one.by == (judge,)]

    assert recorded().has_refused(judge, map(applied, WRONG)) or faults(noticed(judge, alone)) == faults(alone)


@pytest.mark.soak
@pytest.mark.parametrize("judge", SLOW)
def test_a_slow_judge_refuses_what_it_is_named_for_and_nothing_else(judge: str) -> None:
    assert faults(noticed(judge, WRONG)) == faults([one for one in WRONG if judge in one.by])


def kind(wrong: Wrong) -> tuple[str, ...]:
    """The type of the resource, and the property that is wrong, wherever in a list it stands."""
    return type_of(wrong), *(str(key) for key in wrong.place if not isinstance(key, int))


def type_of(wrong: Wrong) -> str:
    return str(content(wrong.stage)["Resources"][wrong.resource]["Type"])


def test_the_table_is_wide() -> None:
    """Few faults of one kind, many kinds of resources, some from public reports, and each judge alone refuses some."""
    alone = Counter(one.by[0] for one in WRONG if len(one.by) == 1)

    assert len(WRONG) >= 80
    assert len({type_of(one) for one in WRONG}) >= 10
    assert [one for one, count in Counter(map(kind, WRONG)).items() if count > 3] == []
    assert len({(one.resource, one.place, str(one.value)) for one in WRONG}) == len(WRONG)
    assert [judge for judge in (*JUDGES, *SLOW) if alone[judge] < 3] == []


def test_some_faults_are_from_public_reports() -> None:
    reports = {one.report for one in WRONG if one.report}

    assert len(reports) >= 15
    assert [one for one in reports if not re.fullmatch(r"[\w.-]+/[\w.-]+#\d+", one)] == []
