"""The planning areas' data, read by running the statement as the local engine would."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import sqlglot

STATEMENT = Path(__file__).parents[4] / "athena_sql/sql/prod/area.sql"

Areas = dict[str, tuple[int, str, Decimal, Decimal]]


@pytest.fixture(scope="module")
def relation() -> duckdb.DuckDBPyRelation:
    [sql] = sqlglot.transpile(STATEMENT.read_text(), read="athena", write="duckdb")
    return duckdb.connect().sql(sql)


@pytest.fixture(scope="module")
def areas(relation: duckdb.DuckDBPyRelation) -> Areas:
    rows = relation.fetchall()
    assert len(rows) == 55
    return {name: (area_id, region, longitude, latitude) for area_id, name, region, longitude, latitude in rows}


def test_it_has_the_declared_columns_and_types(relation: duckdb.DuckDBPyRelation) -> None:
    assert relation.columns == ["area_id", "name", "region", "longitude", "latitude"]
    assert [str(kind) for kind in relation.types] == ["INTEGER", "VARCHAR", "VARCHAR", "DECIMAL(9,6)", "DECIMAL(9,6)"]


def test_the_55_areas_are_numbered_in_the_order_of_their_names(areas: Areas) -> None:
    assert len(areas) == 55
    assert [areas[name][0] for name in sorted(areas)] == list(range(1, 56))
    assert all(name == name.upper() == name.strip() for name in areas)


def test_each_region_has_its_number_of_areas(areas: Areas) -> None:
    regions = Counter(region for _, region, _, _ in areas.values())
    assert regions == {"CENTRAL": 22, "EAST": 6, "NORTH": 8, "NORTH-EAST": 7, "WEST": 12}


def test_the_centres_are_in_singapore_and_apart(areas: Areas) -> None:
    centres = [(float(x), float(y)) for _, _, x, y in areas.values()]
    assert all(103.55 <= x <= 104.15 and 1.13 <= y <= 1.50 for x, y in centres)
    pairs = [(a, b) for i, a in enumerate(centres) for b in centres[:i]]
    assert min((ax - bx) ** 2 + (ay - by) ** 2 for (ax, ay), (bx, by) in pairs) ** 0.5 > 0.006


@pytest.mark.parametrize(
    ("western", "eastern"),
    [
        ("TUAS", "PIONEER"),
        ("PIONEER", "JURONG WEST"),
        ("JURONG WEST", "JURONG EAST"),
        ("JURONG EAST", "CLEMENTI"),
        ("CLEMENTI", "QUEENSTOWN"),
        ("CHOA CHU KANG", "BUKIT PANJANG"),
        ("ORCHARD", "ROCHOR"),
        ("WOODLANDS", "SEMBAWANG"),
        ("ANG MO KIO", "HOUGANG"),
        ("SENGKANG", "PUNGGOL"),
        ("GEYLANG", "BEDOK"),
        ("TAMPINES", "CHANGI"),
        ("CHANGI", "CHANGI BAY"),
    ],
)
def test_west_is_west_of_east(areas: Areas, western: str, eastern: str) -> None:
    assert areas[western][2] < areas[eastern][2]


@pytest.mark.parametrize(
    ("southern", "northern"),
    [
        ("SOUTHERN ISLANDS", "BUKIT MERAH"),
        ("MARINA SOUTH", "DOWNTOWN CORE"),
        ("OUTRAM", "SINGAPORE RIVER"),
        ("SINGAPORE RIVER", "ORCHARD"),
        ("NOVENA", "TOA PAYOH"),
        ("BISHAN", "ANG MO KIO"),
        ("ANG MO KIO", "YISHUN"),
        ("YISHUN", "SEMBAWANG"),
        ("ANG MO KIO", "WOODLANDS"),
        ("BEDOK", "TAMPINES"),
        ("TAMPINES", "PASIR RIS"),
        ("SENGKANG", "PUNGGOL"),
    ],
)
def test_south_is_south_of_north(areas: Areas, southern: str, northern: str) -> None:
    assert areas[southern][3] < areas[northern][3]


@pytest.mark.parametrize(
    ("name", "longitude", "latitude"),
    [
        ("DOWNTOWN CORE", 103.852, 1.284),  # Raffles Place
        ("ORCHARD", 103.832, 1.304),  # Orchard station
        ("CHANGI", 103.988, 1.357),  # the airport's terminals
        ("WOODLANDS", 103.786, 1.437),  # Woodlands station
        ("JURONG EAST", 103.742, 1.333),  # Jurong East station
        ("TAMPINES", 103.945, 1.353),  # Tampines station
        ("ANG MO KIO", 103.849, 1.370),  # Ang Mo Kio station
        ("SOUTHERN ISLANDS", 103.823, 1.250),  # the middle of Sentosa
        ("TUAS", 103.637, 1.320),  # Tuas Link
        ("PUNGGOL", 103.902, 1.405),  # Punggol station
        ("CHANGI", 103.988, 1.389),  # Changi Village
    ],
)
def test_a_landmarks_nearest_centre_is_its_area(areas: Areas, name: str, longitude: float, latitude: float) -> None:
    def distance(area: str) -> float:
        _, _, x, y = areas[area]
        return (float(x) - longitude) ** 2 + (float(y) - latitude) ** 2

    assert min(areas, key=distance) == name
