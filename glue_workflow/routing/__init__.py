"""Routing: runs that no process follows. Each event has the router look at a run, and start what is next.

What is done, and what is under way, is in the state alone: an event that comes twice, late, in another order or never
does no harm.

    eventbridge     what is told to EventBridge's default bus
    glue_jobs       jobs as runs of jobs of Glue
    job_calls       which calls of jobs were started, and which of them have come to their end
    lambda_jobs     jobs as invocations of a Lambda function
    object_starts   starts of runs by new raw objects, at most one in a window of time
    ports           the ports: whoever starts a job's call, whoever is told of states
    routed_job      one call of a job in a process of its own
    router          the router: advances a run by what the state says
"""
