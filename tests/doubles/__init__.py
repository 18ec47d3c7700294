"""Test doubles: fakes of services, spies, faults and time, to be injected.

Each does what the real service documents, as far as tests need it.

    aws_proxy            a proxy in front of AWS that brings faults to any client
    certificates         certificates of servers on this machine
    faults               faults of AWS for boto3's clients: throttling, lost answers, kills
    firehose             Amazon Data Firehose: one stream
    firehose_server      the Firehose double over HTTP
    folder_objects       an object store on a folder
    grafana_server       Grafana's HTTP API: folders, data sources, dashboards
    lambda_emulator      AWS's own emulator of Lambda's runtime, where it is installed
    lambda_runtime       Lambda's runtime: its API, and a process of AWS's runtime client
    late_engine          an engine whose statements outlive the process that asked for them
    loopback_server      an HTTP server whose answers somebody else gives
    manual_timer         time for leases, which passes only when a test sleeps
    reading_engine       an engine that answers as a test says
    simulated_feeds      the simulator of the two shipped feeds
    spy                  clients that note their calls, and answer as a test wants
"""
