"""Compilers: a workflow as an orchestrator's own definition, as plain data.

Each is pure: it knows no account and no stage. Who deploys puts names of resources in the place of its names.

    arrangement      jobs in a row and side by side
    drawings         drawings of what a workflow is compiled to
    event_rules      a schedule, and rules by which a router is told of events
    glue_crawls      the crawls that are nodes of a Glue workflow
    glue_triggers    a Glue workflow and its triggers
    ports            the port: from a workflow to data
    refusals         what several orchestrators cannot run
    states           the states of which a state machine is made
    step_functions   a state machine
    steps            the states of one job of a state machine
"""

from __future__ import annotations

from collections.abc import Mapping

from millrace.glue_workflow.compilers.event_rules import EventRules
from millrace.glue_workflow.compilers.glue_triggers import GlueTriggers
from millrace.glue_workflow.compilers.ports import WorkflowCompiler
from millrace.glue_workflow.compilers.step_functions import StepFunctions

# By the name that a stage gives the orchestrator.
COMPILERS: Mapping[str, WorkflowCompiler] = {
    "glue": GlueTriggers(),
    "stepfunctions": StepFunctions(),
    "events": EventRules(),
}
