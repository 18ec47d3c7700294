"""Observability: who is told of what.

`alerts` is the concern; the others are its parts.

    alarms           of duties, and of what tells at once
    alerts           the topic that people are told by, and all of the parts
    dashboard        the series, in charts
    service_events   rules by which events of Glue and Step Functions become messages
"""
