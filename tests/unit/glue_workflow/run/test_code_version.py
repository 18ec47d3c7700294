from __future__ import annotations

from dataclasses import replace

from tests.shipped import PIPELINES

TAXIS = PIPELINES.refinement("taxi_availability")
TABLES = ("staging.taxi_position", "prod.taxi_availability", "prod.taxi_availability_by_area")


def test_it_is_the_packages_version_and_a_stable_digest() -> None:
    package, _, digest = PIPELINES.code_version("1.2.3", TAXIS, *TABLES[:1]).partition("+")

    assert package == "1.2.3"
    assert len(digest) == 12
    assert PIPELINES.code_version("1.2.3", TAXIS, *TABLES[:1]) == f"1.2.3+{digest}"


def test_each_table_and_the_workflow_have_a_version_of_their_own() -> None:
    made = [PIPELINES.code_version("1", TAXIS, table) for table in TABLES] + [PIPELINES.code_version("1", TAXIS)]

    assert len(set(made)) == 4


def test_other_rules_change_the_version() -> None:
    assert PIPELINES.code_version("1", TAXIS, TABLES[0]) != PIPELINES.code_version(
        "1", replace(TAXIS, rules="polls"), TABLES[0]
    )
