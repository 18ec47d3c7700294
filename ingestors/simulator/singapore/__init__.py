"""The simulated worlds of the shipped sources: one city with its taxis, and the rain over it.

The rain falls on the city whose taxis it takes off the street.

    city               the taxi feed's document for any instant
    demand             how many taxis are free, and in which district
    land               the outline of Singapore's land
    rain               the rainfall feed's document for any instant
    simulations        what the shipped sources declare
    streets            the streets and taxi stands of each district
    taxi_misbehaviour  the ways in which the taxi feed's document can be wrong, by name
"""
