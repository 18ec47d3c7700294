"""The artefacts that AWS runs: zips of Lambda functions, made the same from the same commit, and named by their hash.

`pins.toml` has the versions of other people's distributions.

    artefacts       what is built for a project, by name
    bytecode        compiled modules, for a quick cold start
    contents        which modules, files and distributions go into each artefact
    distributions   other people's distributions: their pinned versions, and their wheels for a target
    imports         import tracing
    reproducible    zip files whose bytes depend on their content alone
    wheel           a wheel of pure Python, made of its files
"""
