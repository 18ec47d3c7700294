"""The panels about taxis: how many there are, where they are, and how rain changes that.

A definition knows nothing of the page: the preview draws it, and a compiler can turn the same definition into another
dashboard's format. Statements are in Athena's dialect; each reads only the partitions that it is given.
"""

from __future__ import annotations

from datetime import time, timedelta

from millrace.athena_sql.ports import Statement
from millrace.dashboards.definitions.panel import (
    RANGE,
    Band,
    Dashboard,
    Grid,
    Panel,
    PanelKind,
    PanelParameter,
    Picker,
    Series,
    Tone,
    Window,
)

BUSINESS_HOURS = Window(time(8), time(20), "Business hours")

# One level per slot and day. Percentiles are by nearest rank, which is the same on every engine.
_RANGE = """ranked AS (
    SELECT{category} slot, level,
        row_number() OVER (PARTITION BY{category} slot ORDER BY level) AS place,
        count(*) OVER (PARTITION BY{category} slot) AS days
    FROM slots
)
SELECT{category} slot,
    min(CASE WHEN place >= 0.1 * days THEN level END) AS low,
    min(CASE WHEN place >= 0.5 * days THEN level END) AS median,
    min(CASE WHEN place >= 0.9 * days THEN level END) AS high,
    max(days) AS days
FROM ranked
GROUP BY{category} slot
ORDER BY{category} slot"""

REUSE = timedelta(minutes=15)  # of a chosen day's rollups, which a new quarter of an hour changes little

# The change is from the snapshot before the newest quarter of an hour; after a gap of 5 minutes there, from none.
TAXIS_NOW = Panel(
    name="taxis-now",
    title="Taxis available now",
    description="The newest snapshot, and the change from 15 minutes before it.",
    kind=PanelKind.STAT,
    unit="hundreds of taxis",
    statement=Statement(
        "dashboards.taxis_now",
        """WITH levels AS (
    SELECT observed_at, observed_at_local, CAST(taxis_hundreds AS DOUBLE) AS taxis_hundreds
    FROM prod.taxi_availability
    WHERE dt BETWEEN :first_day AND :last_day AND observed_at >= :since AND observed_at < :until AND NOT suspect
),
newest AS (
    SELECT max(observed_at) AS last
    FROM levels
),
before AS (
    SELECT max(observed_at) AS earlier
    FROM levels
    CROSS JOIN newest
    WHERE observed_at <= last - INTERVAL '15' MINUTE AND observed_at > last - INTERVAL '20' MINUTE
)
SELECT max(CASE WHEN observed_at = last THEN observed_at_local END) AS observed_at_local,
    max(CASE WHEN observed_at = last THEN taxis_hundreds END) AS taxis_hundreds,
    max(CASE WHEN observed_at = last THEN taxis_hundreds END)
    - max(CASE WHEN observed_at = earlier THEN taxis_hundreds END) AS change
FROM levels
CROSS JOIN newest
CROSS JOIN before
HAVING count(*) > 0""",
    ),
    time="observed_at_local",
    series=(Series("taxis_hundreds", "Taxis available"), Series("change", "over 15 minutes", Tone.MUTED)),
    parameters=RANGE,
)

TAXIS_AVAILABLE = Panel(
    name="taxis-available",
    title="Taxis available",
    description="Every snapshot of the day. The line breaks where none came for more than 5 minutes. "
    "The grey band is the middle 80% of the working days (or the days of weekends) in the four weeks before, "
    "in steps of 5 minutes.",
    kind=PanelKind.TIME_SERIES,
    unit="hundreds of taxis",
    statement=Statement(
        "dashboards.taxis_available",
        """SELECT observed_at_local, taxis_hundreds, taxis, business_hours
FROM prod.taxi_availability
WHERE dt = :day
ORDER BY observed_at_local""",
    ),
    time="observed_at_local",
    series=(Series("taxis_hundreds", "Taxis available"),),
    headline=Series("taxis", "taxis"),
    window=BUSINESS_HOURS,
    gap_after=timedelta(minutes=5),
    overlay=Band(
        Statement(
            "dashboards.taxis_usual",
            """WITH slots AS (
    SELECT dt, hour(observed_at_local) * 12 + floor(minute(observed_at_local) / CAST(5 AS DOUBLE)) AS slot,
        avg(CAST(taxis_hundreds AS DOUBLE)) AS level
    FROM prod.taxi_availability
    WHERE dt IN (:days) AND NOT suspect
    GROUP BY dt, hour(observed_at_local) * 12 + floor(minute(observed_at_local) / CAST(5 AS DOUBLE))
),
"""
            + _RANGE.format(category=""),
        ),
        minutes=5,
    ),
)

TAXI_DENSITY = Panel(
    name="taxi-density",
    title="Density",
    description="Mean number of taxis per cell of 0.01 degrees (about 1.1 km) over the day. "
    "Names are at the centres of the planning areas.",
    kind=PanelKind.MAP,
    unit="taxis",
    # The mean is over windows with a snapshot; a cell without a taxi has no row in a window.
    statement=Statement(
        "dashboards.taxi_density",
        """WITH windows AS (
    SELECT count(DISTINCT window_start) AS number
    FROM prod.taxi_density
    WHERE dt = :day
)
SELECT east, north, sum(CAST(taxis AS DOUBLE)) / max(windows.number) AS taxis_mean
FROM prod.taxi_density
CROSS JOIN windows
WHERE dt = :day
GROUP BY east, north
ORDER BY east, north""",
    ),
    time="",
    series=(Series("taxis_mean", "Mean taxis"),),
    overlay=Grid(
        Statement("dashboards.area_centres", "SELECT name, longitude, latitude FROM prod.area ORDER BY name"),
        per_degree=100,
        extent=(103.6, 104.05, 1.23, 1.475),
    ),
    reuse=REUSE,
)

TAXIS_BY_AREA = Panel(
    name="taxis-by-area",
    title="Taxis by area",
    description="Mean number of taxis by hour and planning area. A taxi counts for the area with the nearest centre.",
    kind=PanelKind.HEATMAP,
    unit="taxis",
    # The mean is computed in DOUBLE: the scale of a DECIMAL mean differs between engines.
    statement=Statement(
        "dashboards.taxis_by_area",
        """SELECT area, date_trunc('hour', window_start_local) AS hour_local,
    sum(CAST(taxis AS DOUBLE)) / count(*) AS taxis_mean
FROM prod.taxi_availability_by_area
WHERE dt = :day
GROUP BY area, date_trunc('hour', window_start_local)
ORDER BY area, hour_local""",
    ),
    time="hour_local",
    category="area",
    series=(Series("taxis_mean", "Mean taxis"),),
    reuse=REUSE,
)

TOP_AREAS = Panel(
    name="top-areas",
    title="Top areas and biggest movers",
    description="The last hour of the day that has data, and the change from the hour before.",
    kind=PanelKind.RANKING,
    unit="taxis",
    statement=Statement(
        "dashboards.top_areas",
        """WITH newest AS (
    SELECT max(window_start_local) AS last
    FROM prod.taxi_availability_by_area
    WHERE dt = :day
),
hours AS (
    SELECT area,
        sum(CASE WHEN window_start_local > last - INTERVAL '1' HOUR THEN CAST(taxis AS DOUBLE) END)
        / count(CASE WHEN window_start_local > last - INTERVAL '1' HOUR THEN 1 END) AS taxis_now,
        sum(CASE WHEN window_start_local <= last - INTERVAL '1' HOUR THEN CAST(taxis AS DOUBLE) END)
        / count(CASE WHEN window_start_local <= last - INTERVAL '1' HOUR THEN 1 END) AS taxis_before
    FROM prod.taxi_availability_by_area
    CROSS JOIN newest
    WHERE dt = :day AND window_start_local > last - INTERVAL '2' HOUR
    GROUP BY area
)
SELECT area, taxis_now, taxis_now - taxis_before AS change
FROM hours
WHERE taxis_now IS NOT NULL
ORDER BY taxis_now DESC, area""",
    ),
    time="",
    category="area",
    series=(Series("taxis_now", "Taxis"), Series("change", "Change", Tone.WARNING)),
)

_QUARTER = "hour(window_start_local) * 4 + floor(minute(window_start_local) / CAST(15 AS DOUBLE))"

ONE_AREA = Panel(
    name="one-area",
    title="One area",
    description="The chosen planning area in steps of 15 minutes. The grey band is as above, for this area.",
    kind=PanelKind.TIME_SERIES,
    unit="taxis",
    statement=Statement(
        "dashboards.one_area",
        f"""SELECT area, min(window_start_local) AS quarter_local, sum(CAST(taxis AS DOUBLE)) / count(*) AS taxis_mean
FROM prod.taxi_availability_by_area
WHERE dt = :day AND area IN (:area)
GROUP BY area, {_QUARTER}
ORDER BY area, quarter_local""",
    ),
    time="quarter_local",
    category="area",
    series=(Series("taxis_mean", "Mean taxis"),),
    gap_after=timedelta(minutes=30),
    parameters=(PanelParameter.DAY, "area"),
    point_noun="quarter of an hour",
    half_width=True,
    overlay=Band(
        Statement(
            "dashboards.one_area_usual",
            f"""WITH slots AS (
    SELECT area, dt, {_QUARTER} AS slot, avg(CAST(taxis AS DOUBLE)) AS level
    FROM prod.taxi_availability_by_area
    WHERE dt IN (:days) AND area IN (:area)
    GROUP BY area, dt, {_QUARTER}
),
"""
            + _RANGE.format(category=" area,"),
        ),
        minutes=15,
        parameters=(PanelParameter.DAYS, "area"),
    ),
    reuse=REUSE,
)

_WINDOW = "date_trunc('minute', observed_at_local) - mod(minute(observed_at_local), 5) * INTERVAL '1' MINUTE"

TAXIS_AND_RAIN = Panel(
    name="taxis-and-rain",
    title="Taxis and rain",
    description="Taxis available, and the rain in each 5 minutes as a mean over all stations.",
    kind=PanelKind.LINE_OVER_BARS,
    unit="hundreds of taxis",
    statement=Statement(
        "dashboards.taxis_and_rain",
        f"""WITH rain AS (
    SELECT {_WINDOW} AS window_local, avg(CAST(rainfall_mm_mean AS DOUBLE)) AS rainfall_mm
    FROM prod.rainfall
    WHERE dt = :day
    GROUP BY {_WINDOW}
),
taxis AS (
    SELECT {_WINDOW} AS window_local, avg(CAST(taxis_hundreds AS DOUBLE)) AS taxis_hundreds
    FROM prod.taxi_availability
    WHERE dt = :day AND NOT suspect
    GROUP BY {_WINDOW}
)
SELECT rain.window_local, taxis.taxis_hundreds, rain.rainfall_mm
FROM rain
LEFT JOIN taxis ON taxis.window_local = rain.window_local
ORDER BY rain.window_local""",
    ),
    time="window_local",
    series=(Series("taxis_hundreds", "Taxis available"), Series("rainfall_mm", "mm of rain")),
    gap_after=timedelta(minutes=15),
    point_noun="window of 5 minutes",
    reuse=REUSE,
)

AREA = Picker(
    name="area",
    label="Area",
    statement=Statement(
        "dashboards.areas",
        """SELECT area, sum(CAST(taxis AS DOUBLE)) AS taxis
FROM prod.taxi_availability_by_area
WHERE dt = :day
GROUP BY area
ORDER BY taxis DESC, area""",
    ),
    column="area",
)

DASHBOARD = Dashboard(
    "Singapore taxis",
    (TAXIS_NOW, TAXIS_AVAILABLE, TAXI_DENSITY, TAXIS_BY_AREA, TOP_AREAS, ONE_AREA, TAXIS_AND_RAIN),
    (AREA,),
)
