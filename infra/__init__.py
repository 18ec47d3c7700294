"""What puts Millrace together from its parts, and what deploys it.

Only commands, use cases and the service import it.

    runtime   the adapters of a lake: on one machine, or on AWS
"""
