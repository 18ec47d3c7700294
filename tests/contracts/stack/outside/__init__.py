"""Judges that others made and that the suite does not need itself.

Each is installed by its `.ci/install_*`, into a folder of its own.

    event_ruler  the library that EventBridge matches events with, and recorded events of Glue's
    installed    where a judge is, or why it is not asked
    parliament   IAM's actions, with their resources and conditions
"""
