"""What puts Millrace together from its parts, and what deploys it.

runtime   the adapters of a lake: on one machine, or on AWS
"""
