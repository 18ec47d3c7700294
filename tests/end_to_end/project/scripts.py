"""Scripts of a project: a prod table made in plain Python, one in PySpark, and what they import."""

from __future__ import annotations

import zipfile
from pathlib import Path

# The shared module, and the wheel, of both scripts.
LIB = """
def share(bikes, places):
    return bikes / places
"""
WHEEL = "wheels/places-1.0-py3-none-any.whl"
PLAIN = '''"""How full each station is.

observed_at timestamp: UTC; the feed's own time
station string: the feed's own name of the station
share double: of its places

By the number of places that the wheel knows.
"""

import places
from shares import share

TABLE = "prod.fullness"
READS = ("staging.station",)
WHEELS = ("wheels/places-1.0-py3-none-any.whl",)


def run(context):
    for day in context.partitions:
        context.write(
            {
                "observed_at": row["observed_at"],
                "station": row["station"],
                "share": share(row["bikes"], context.parameters.get("places", places.PLACES)),
                "dt": row["dt"],
            }
            for row in context.sql("SELECT * FROM staging.station WHERE dt = :day", day=day).dicts()
        )
    context.log(f"{len(context.partitions)} days")
'''
SPARK = (
    PLAIN.partition("def run")[0].replace("prod.fullness", "prod.spark_fullness")
    + """

def run(context):
    stations = context.frame("staging.station")
    from pyspark.sql.functions import udf

    of = udf(lambda bikes: share(bikes, places.PLACES), "double")
    context.write(stations.select("observed_at", "station", of("bikes").alias("share"), "dt"))
"""
)


def add_scripts(root: Path, **scripts: str) -> None:
    """Scripts by their name, with their module and their wheel."""
    for name, text in {**{f"jobs/{one}.py": text for one, text in scripts.items()}, "lib/shares.py": LIB}.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    (root / WHEEL).parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(root / WHEEL, "w") as wheel:
        wheel.writestr("places.py", "PLACES = 20\n")
