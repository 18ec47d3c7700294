-- The planning area of each 0.001-degree cell of the box 103.55 to 104.15 E, 1.13 to 1.50 N.
--
-- stored: Whole
-- cell_id int: 601 * northward index + eastward index of the cell, both from the south-west
-- area_id int: the area whose centre is nearest to the cell's, in degrees
--
-- The planning area of each 0.001-degree cell of the box 103.55 to 104.15 E, 1.13 to 1.50 N: that whose centre is
-- nearest to the cell's centre, ties to the lower area_id.
-- cell_id = 601 * northward index + eastward index, both from the south-west; the last index of each holds the box's
-- edge itself. Everything is counted in millionths of a degree, in whole numbers, so that all engines agree.
-- Distance is taken in plain degrees: here, a degree east is 0.03% shorter than a degree north. That, and centres in
-- place of borders, make this an approximation.
-- The nearest is the smallest of (squared distance, area_id), as one whole number: area_id has up to three digits.
-- Not every centre is measured from every cell: from blocks of 16 x 16 cells first. A cell's centre is at most 10,607 from
-- its block's, so its nearest area is at most 21,214 farther from there than the block's nearest: 24,000 leaves room for
-- the rounding of the roots.
WITH centres AS (
    SELECT
        area_id,
        CAST(floor(longitude * 1000000) AS BIGINT) AS area_east,
        CAST(floor(latitude * 1000000) AS BIGINT) AS area_north
    FROM prod.area
),
measured AS (
    SELECT
        block_east,
        block_north,
        area_id,
        area_east,
        area_north,
        sqrt(
            CAST(
                (103558000 + 16000 * block_east - area_east) * (103558000 + 16000 * block_east - area_east)
                + (1138000 + 16000 * block_north - area_north) * (1138000 + 16000 * block_north - area_north)
                AS DOUBLE
            )
        ) AS distance
    FROM UNNEST(sequence(0, 37)) AS eastward (block_east)
    CROSS JOIN UNNEST(sequence(0, 23)) AS northward (block_north)
    CROSS JOIN centres
),
blocks AS (
    SELECT block_east, block_north, min(distance) AS shortest
    FROM measured
    GROUP BY block_east, block_north
),
candidates AS (
    SELECT
        16 * measured.block_east AS first_east,
        16 * measured.block_north AS first_north,
        measured.area_id,
        measured.area_east,
        measured.area_north
    FROM measured
    INNER JOIN blocks ON blocks.block_east = measured.block_east AND blocks.block_north = measured.block_north
    WHERE measured.distance <= blocks.shortest + 24000
)
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
    FROM (
        SELECT first_east + i AS east, first_north + j AS north, area_id, area_east, area_north
        FROM candidates
        CROSS JOIN UNNEST(sequence(0, 15)) AS inward (i)
        CROSS JOIN UNNEST(sequence(0, 15)) AS upward (j)
    ) AS pairs
    WHERE east <= 600 AND north <= 370
    GROUP BY 601 * north + east
) AS cells
ORDER BY cell_id
