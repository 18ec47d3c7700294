"""Contracts: one suite for each port, run on every adapter.

A new adapter joins with one entry in its suite's ADAPTERS (an engine: in ENGINES).

    athena_engine            the Athena engine over a lake in a folder
    aws                      AWS in this process: moto's server, and clients of it
    conftest                 the lake of the engine suites, and the Trino server
    crawled                  a dataset, and the table that a crawler makes of it
    engine                   the engine: reading, writing, the data below a lake
    engines                  the engines
    external                 crawlers, and functions that are called by their name
    grafana                  rendered dashboards before their judges
    streaming                engines that stream rows
    test_catalog             the catalog
    test_delivery_stream     the delivery stream
    test_dialect             the certified cases of the SQL dialect
    test_failed_bodies       the bodies of failed poll attempts
    test_health              the store of the feeds' health
    state                    state that is written by compare and swap: items, leases, rate reservations
    test_parity              the same rows from every engine, in whole runs
    test_pending_list        the pending list
    test_quarantine          the quarantine
    test_run_store           the run store
    test_schedule_switches   the schedule switches
    test_spark_4             certified cases, in `make soak` all, on Python and Spark of Glue 6.0
    test_storage             the storage of a lake
    stack                    the stack's template before its judges
    stress                   statements at the edges of each construct, with Trino's answers, on every engine
    trino                    the SQL of cases and shipped statements on Trino, which is right
"""
