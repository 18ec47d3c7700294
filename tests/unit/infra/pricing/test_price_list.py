"""The price list that ships, and files that override it."""

from __future__ import annotations

from pathlib import Path

import pytest

from millrace.errors import DefinitionError, UsageError
from millrace.infra.pricing.price_list import read_prices


def test_each_price_names_its_page_and_the_list_its_day_and_region() -> None:
    found = read_prices()

    assert (found.as_of.isoformat(), found.region) == ("2026-11-30", "us-east-1")
    assert [key for key, one in found.prices.items() if not one.source.startswith("https://aws.amazon.com/")] == []
    assert all(one.unit and one.usd > 0 and one.per > 0 for one in found.prices.values())


def test_a_file_overrides_what_it_names(tmp_path: Path) -> None:
    file = tmp_path / "singapore.toml"
    file.write_text(
        'as_of = 2026-12-01\nregion = "ap-southeast-1"\n[glue.dpu]\nusd = 0.5\n[s3]\nstorage = { usd = 0.025 }\n'
    )
    found, shipped = read_prices(file), read_prices()

    assert (found.as_of.isoformat(), found.region) == ("2026-12-01", "ap-southeast-1")
    assert (found["glue.dpu"].usd, found["s3.storage"].usd) == (0.5, 0.025)
    assert found["glue.dpu"].unit == shipped["glue.dpu"].unit
    assert found["athena.scanned"] == shipped["athena.scanned"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[glue.dpus]\nusd = 1\n", "there is no price glue.dpus"),
        ("[glue.dpu]\nprice = 1\n", "glue.dpu has the unknown key 'price'"),
        ("[glue.dpu]\nusd = '0.44'\n", "glue.dpu: usd is '0.44'"),
        ("[glue.dpu]\nusd = -1\n", "glue.dpu: usd is -1"),
        ("[glue.dpu]\nusd = true\n", "glue.dpu: usd is True"),
        ("[glue.dpu]\nusd = inf\n", "glue.dpu: usd is inf"),
        ("[glue.dpu]\nper = 0\n", "glue.dpu: per is 0"),
        ("[glue]\ndpu = 1\n", "glue.dpu is no section"),
        ("glue = 1\n", "glue is no section"),
        ("as_of = 'now'\n", "as_of has to be a day"),
        ("[glue", "cannot read it"),
    ],
)
def test_what_is_no_price_is_refused_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(text)

    with pytest.raises(DefinitionError, match=message) as told:
        read_prices(file)
    assert str(file) in str(told.value)
    assert told.value.hint


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read .*prices\.toml"):
        read_prices(tmp_path / "prices.toml")
