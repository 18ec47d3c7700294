-- The planning area of each 0.001-degree cell of the box 103.55 to 104.15 E, 1.13 to 1.50 N: that whose centre is
-- nearest to the cell's centre, ties to the lower area_id.
-- cell_id = 601 * northward index + eastward index, both from the south-west; the last index of each holds the box's
-- edge itself. Everything is counted in millionths of a degree, in whole numbers, so that all engines agree.
-- Distance is taken in plain degrees: here, a degree east is 0.03% shorter than a degree north. That, and centres in
-- place of borders, make this an approximation.
-- The nearest is the smallest of (squared distance, area_id), as one whole number: area_id has up to three digits.
SELECT
    CAST(cell_id AS INTEGER) AS cell_id,
    CAST(mod(nearest, 1000) AS INTEGER) AS area_id
FROM (
    SELECT
        601 * north + east AS cell_id,
        min(
            (
                (103550500 + 1000 * east - area_east) * (103550500 + 1000 * east - area_east)
                + (1130500 + 1000 * north - area_north) * (1130500 + 1000 * north - area_north)
            ) * 1000 + area_id
        ) AS nearest
    FROM UNNEST(sequence(0, 600)) AS eastward (east)
    CROSS JOIN UNNEST(sequence(0, 370)) AS northward (north)
    CROSS JOIN (
        SELECT
            area_id,
            CAST(floor(longitude * 1000000) AS BIGINT) AS area_east,
            CAST(floor(latitude * 1000000) AS BIGINT) AS area_north
        FROM prod.area
    ) AS centres
    GROUP BY 601 * north + east
) AS cells
ORDER BY cell_id
