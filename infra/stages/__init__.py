"""Stages: a file each, `stages/<name>.toml`, which says what a deployment is like.

A project's own file replaces the one that ships.

    outputs   outputs of a stage's stack, by which commands find what it has
    reading   a stage's file, read into a `Stage`, or refused with its line
    rules     what the values of a stage may be
    stage     `Stage`: everything that a file may say, with the defaults
"""
