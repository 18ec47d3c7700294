"""The metadata beside a result, against bytes that Athena itself has written.

Measured on 2026-09-17 (aoyagikouhei/athena-local, docs/dev/measurements/metadata.md and src/metadata.rs).
"""

from __future__ import annotations

import pytest

from millrace.athena_sql.endpoint.results.column_types import ResultColumn, text_column
from millrace.athena_sql.endpoint.results.metadata import result_metadata


def column(name: str, type_: str, precision: int = 0, scale: int = 0) -> ResultColumn:
    return ResultColumn(name, type_, precision, scale, type_)


def test_metadata_of_a_select() -> None:
    found = result_metadata("20260917_085516_00349_2tzvk", [column("i", "integer", 10)])
    assert found.hex() == (
        "0a1b32303236303931375f3038353531365f30303334395f32747a766b"
        "221d0a04686976652201692a01693207696e7465676572380a400048035000"
    )


def test_metadata_of_describe() -> None:
    columns = [text_column(name) for name in ("col_name", "data_type", "comment")]
    found = result_metadata("6f0ab452-01a7-4d24-9128-216ba996b760", columns)
    assert found.hex() == (
        "0a2436663061623435322d303161372d346432342d393132382d323136626139393662373630"
        "22240a04686976652208636f6c5f6e616d652a08636f6c5f6e616d653206737472696e674803"
        "22260a04686976652209646174615f747970652a09646174615f747970653206737472696e674803"
        "22220a04686976652207636f6d6d656e742a07636f6d6d656e743206737472696e674803"
    )


def test_metadata_of_an_update() -> None:
    rows = [column("rows", "bigint", 19)]
    found = result_metadata("20260917_085915_00133_pqi84", rows, update_type="UPDATE", updated=2)
    assert found.hex() == (
        "0a1b32303236303931375f3038353931355f30303133335f7071693834"
        "12065550444154451802"
        "22220a04686976652204726f77732a04726f77733206626967696e743813400048035000"
    )


def test_a_count_of_0_rows_is_included() -> None:
    assert result_metadata("q", [], update_type="INSERT", updated=0).hex() == "0a01711206494e534552541800"


@pytest.mark.parametrize(
    ("given", "measured"),
    [
        (column("ti", "tinyint", 3), "221f0a0468697665220274692a027469320774696e79696e743803400048035000"),
        (column("si", "smallint", 5), "22200a0468697665220273692a0273693208736d616c6c696e743805400048035000"),
        (column("bi", "bigint", 19), "221e0a0468697665220262692a0262693206626967696e743813400048035000"),
        (column("d", "double", 17), "221c0a04686976652201642a01643206646f75626c653811400048035000"),
        (column("r", "float", 17), "221b0a04686976652201722a01723205666c6f61743811400048035000"),
        (column("dc", "decimal", 10, 2), "221f0a0468697665220264632a0264633207646563696d616c380a400248035000"),
        (column("b", "boolean"), "22190a04686976652201622a01623207626f6f6c65616e48035000"),
        (column("vc", "varchar", 10), "221f0a0468697665220276632a027663320776617263686172380a400048035001"),
        (column("c", "char", 5), "221a0a04686976652201632a01633204636861723805400048035001"),
        (column("dt", "date"), "221a0a0468697665220264742a026474320464617465400048035000"),
        (column("ts", "timestamp", 3), "22210a0468697665220274732a027473320974696d657374616d703803400048035000"),
        (column("arr", "array"), "22190a046869766522036172722a03617272320561727261794803"),
        (column("m", "map"), "22130a046869766522016d2a016d32036d61704803"),
        (column("rw", "row"), "22150a0468697665220272772a0272773203726f774803"),
        (column("j", "json"), "22140a046869766522016a2a016a32046a736f6e4803"),
        (
            column("vb", "varbinary", 1_073_741_824),
            "22250a0468697665220276622a027662320976617262696e617279388080808004400048035000",
        ),
        (
            column("iv", "interval day to second"),
            "222a0a0468697665220269762a0269763216696e74657276616c2064617920746f207365636f6e6448035000",
        ),
        (column("t", "time", 3), "221a0a04686976652201742a0174320474696d653803400048035000"),
    ],
    ids=lambda given: given.type if isinstance(given, ResultColumn) else "",
)
def test_the_type_determines_which_numbers_are_present(given: ResultColumn, measured: str) -> None:
    assert result_metadata("q", [given]).hex() == "0a0171" + measured


@pytest.mark.parametrize(
    ("type_", "numbers"),
    [
        ("timestamp with time zone", "3803400048035000"),
        ("time with time zone", "3803400048035000"),
        ("interval year to month", "48035000"),
        ("uuid", "4803"),
        ("ipaddress", "4803"),
    ],
)
def test_types_whose_numbers_alone_were_measured(type_: str, numbers: str) -> None:
    assert result_metadata("q", [column("x", type_, 3)]).hex().endswith(type_.encode().hex() + numbers)


def test_lengths_are_varints_and_count_bytes() -> None:
    name = "é" * 65
    of_name = f"8201{name.encode().hex()}"
    assert result_metadata("q", [column(name, "json")]).hex() == (
        f"0a01712298020a046869766522{of_name}2a{of_name}32046a736f6e4803"
    )
