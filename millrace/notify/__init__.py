"""Notifications: events that people may want to know of, and the ways to send them.

Runs, polls and the quality gate send events through one port.

    grouping    repeats as one message an hour, on record in the lake's state
    log         the notifier that writes log lines
    ports       the event and the notifier port
    recording   a notifier that keeps the events it is given, for tests
    selection   which notifiers a lake has, by its setting; one that fails does no harm
    smtp        the notifier that sends e-mail
    sns         the notifier that publishes to an SNS topic
    webhook     the notifier that sends HTTP requests, as Slack takes them
"""
