-- Singapore's planning areas, with a centre each.
--
-- stored: Whole
-- area_id int: 1 to 55, in the order of the names
-- name string
-- region string
-- longitude decimal(9,6): of the centre, degrees east
-- latitude decimal(9,6): of the centre, degrees north
--
-- Singapore's 55 planning areas, numbered in the order of their names, with the region that each belongs to.
-- The centres are approximate (hand-placed, to about a kilometre): good for naming the nearest area, not for borders.
SELECT
    CAST(area_id AS INTEGER) AS area_id,
    name,
    region,
    CAST(longitude AS DECIMAL(9, 6)) AS longitude,
    CAST(latitude AS DECIMAL(9, 6)) AS latitude
FROM (VALUES
    (1, 'ANG MO KIO', 'NORTH-EAST', 103.849000, 1.371000),
    (2, 'BEDOK', 'EAST', 103.930000, 1.324000),
    (3, 'BISHAN', 'CENTRAL', 103.838000, 1.352000),
    (4, 'BOON LAY', 'WEST', 103.706000, 1.312000),
    (5, 'BUKIT BATOK', 'WEST', 103.752000, 1.354000),
    (6, 'BUKIT MERAH', 'CENTRAL', 103.823000, 1.279000),
    (7, 'BUKIT PANJANG', 'WEST', 103.771000, 1.381000),
    (8, 'BUKIT TIMAH', 'CENTRAL', 103.791000, 1.329000),
    (9, 'CENTRAL WATER CATCHMENT', 'NORTH', 103.806000, 1.378000),
    (10, 'CHANGI', 'EAST', 103.990000, 1.359000),
    (11, 'CHANGI BAY', 'EAST', 104.022000, 1.326000),
    (12, 'CHOA CHU KANG', 'WEST', 103.746000, 1.387000),
    (13, 'CLEMENTI', 'WEST', 103.765000, 1.315000),
    (14, 'DOWNTOWN CORE', 'CENTRAL', 103.853000, 1.285000),
    (15, 'GEYLANG', 'CENTRAL', 103.887000, 1.318000),
    (16, 'HOUGANG', 'NORTH-EAST', 103.888000, 1.366000),
    (17, 'JURONG EAST', 'WEST', 103.738000, 1.330000),
    (18, 'JURONG WEST', 'WEST', 103.706000, 1.344000),
    (19, 'KALLANG', 'CENTRAL', 103.866000, 1.311000),
    (20, 'LIM CHU KANG', 'NORTH', 103.709000, 1.431000),
    (21, 'MANDAI', 'NORTH', 103.812000, 1.416000),
    (22, 'MARINA EAST', 'CENTRAL', 103.876000, 1.289000),
    (23, 'MARINA SOUTH', 'CENTRAL', 103.866000, 1.275000),
    (24, 'MARINE PARADE', 'CENTRAL', 103.909000, 1.303000),
    (25, 'MUSEUM', 'CENTRAL', 103.848000, 1.297000),
    (26, 'NEWTON', 'CENTRAL', 103.838000, 1.309000),
    (27, 'NORTH-EASTERN ISLANDS', 'NORTH-EAST', 104.030000, 1.412000),
    (28, 'NOVENA', 'CENTRAL', 103.839000, 1.323000),
    (29, 'ORCHARD', 'CENTRAL', 103.833000, 1.304000),
    (30, 'OUTRAM', 'CENTRAL', 103.841000, 1.281000),
    (31, 'PASIR RIS', 'EAST', 103.951000, 1.375000),
    (32, 'PAYA LEBAR', 'EAST', 103.914000, 1.358000),
    (33, 'PIONEER', 'WEST', 103.676000, 1.322000),
    (34, 'PUNGGOL', 'NORTH-EAST', 103.907000, 1.405000),
    (35, 'QUEENSTOWN', 'CENTRAL', 103.787000, 1.291000),
    (36, 'RIVER VALLEY', 'CENTRAL', 103.832000, 1.296000),
    (37, 'ROCHOR', 'CENTRAL', 103.854000, 1.304000),
    (38, 'SELETAR', 'NORTH-EAST', 103.873000, 1.408000),
    (39, 'SEMBAWANG', 'NORTH', 103.820000, 1.449000),
    (40, 'SENGKANG', 'NORTH-EAST', 103.893000, 1.391000),
    (41, 'SERANGOON', 'NORTH-EAST', 103.869000, 1.360000),
    (42, 'SIMPANG', 'NORTH', 103.851000, 1.440000),
    (43, 'SINGAPORE RIVER', 'CENTRAL', 103.841000, 1.289000),
    (44, 'SOUTHERN ISLANDS', 'CENTRAL', 103.834000, 1.245000),
    (45, 'STRAITS VIEW', 'CENTRAL', 103.858000, 1.269000),
    (46, 'SUNGEI KADUT', 'NORTH', 103.752000, 1.417000),
    (47, 'TAMPINES', 'EAST', 103.945000, 1.350000),
    (48, 'TANGLIN', 'CENTRAL', 103.818000, 1.308000),
    (49, 'TENGAH', 'WEST', 103.716000, 1.376000),
    (50, 'TOA PAYOH', 'CENTRAL', 103.859000, 1.336000),
    (51, 'TUAS', 'WEST', 103.637000, 1.297000),
    (52, 'WESTERN ISLANDS', 'WEST', 103.712000, 1.257000),
    (53, 'WESTERN WATER CATCHMENT', 'WEST', 103.686000, 1.388000),
    (54, 'WOODLANDS', 'NORTH', 103.789000, 1.437000),
    (55, 'YISHUN', 'NORTH', 103.837000, 1.423000)
) AS area (area_id, name, region, longitude, latitude)
