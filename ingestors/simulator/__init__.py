"""The simulator: feeds with the form, errors and limits of the real ones, for demos and tests.

A source is simulated if it declares a simulation. Every document depends on a seed and an instant only.

    feed               a feed without a socket: request address in, response out
    misbehaviour       the ways in which any feed can fail, by name
    noise              pseudo-random numbers as pure functions
    parts              what a feed in several documents or pages answers
    recording          a simulation by one recorded response
    server             the simulated feeds over HTTP
    simulation         the port: how a source declares its simulation
    simulation_check   the check of a source by its own simulation
    singapore          the simulated worlds of the shipped sources
"""
