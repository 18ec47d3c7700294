"""The sources: one module per feed, each with a `SOURCE`.

A project finds a source's file by its name here; nothing else needs to be edited.

    rainfall            the rain at Singapore's stations, every 5 minutes
    taxi_availability   the positions of Singapore's free taxis, every minute
"""
