"""Compiled state machines, executed by an interpreter of their language: each task is the packaged function.

What executes them, and the tests:

    moto_interpreter     moto's interpreter, with what it calls and how it waits in the test's hands
    test_state_machines  whole runs, failures, retries, calls again, two starts
"""
