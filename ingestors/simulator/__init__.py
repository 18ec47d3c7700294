"""The simulator: feeds with the form, errors and limits of the real ones, for demos and tests.

Every document depends on a seed and an instant only.

    city           the taxi feed's document for any instant
    demand         how many taxis are free, and in which district
    feed           a feed without a socket: request address in, response out
    land           the outline of Singapore's land
    misbehaviour   the ways in which a feed can fail, by name
    rain           the rainfall feed's document for any instant
    server         the simulated feeds over HTTP
    streets        the streets and taxi stands of each district
"""
