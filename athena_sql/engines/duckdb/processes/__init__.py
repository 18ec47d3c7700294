"""DuckDB sessions in processes of their own: bounded in memory, killed when they do not stop, replaced when they end.

A query that needs too much memory ends its own process and no other query. Who uses this defines the calls that a
worker serves: a union of `Call` types in a module of few imports, since each worker imports it when it starts.

    calls      what is asked of a worker, and how it travels
    failures   a worker's errors on their way back, and the ends of a worker
    pool       idle processes, kept for the next query, and when they are replaced
    process    one worker process, seen from outside: starts, asks, interrupts, kills
    worker     the worker process itself

The pipes: calls and answers go over a socket pair. A second pipe carries interrupts, so that they arrive while a call
runs; that it is closed tells the worker that its parent is gone, and ends it.
"""
