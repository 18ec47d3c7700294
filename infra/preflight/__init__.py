"""Preflight: whether an account has room for the stack of a stage, and lets it work.

It reads, and changes nothing.

    findings         what was found of one thing, in words
    lake_formation   who decides about access to tables
    quotas           quotas that a stack takes a part of, and how much of them is taken
"""
