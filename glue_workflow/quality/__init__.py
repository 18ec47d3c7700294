"""Quality rules: a DQDL file is parsed, compiled to few statements, and evaluated through the engine port.

What the rules mean, also where the language's documentation is silent, is in README.md beside this file.
"""

from millrace.glue_workflow.quality.evaluation.compiling import RulePlan, plan
from millrace.glue_workflow.quality.evaluation.evaluator import Action, RuleResult, Verdict, evaluate
from millrace.glue_workflow.quality.evaluation.history import FakeHistory, History
from millrace.glue_workflow.quality.evaluation.set_aside import kept_rows, rows_set_aside
from millrace.glue_workflow.quality.evaluation.stored_history import StoredHistory
from millrace.glue_workflow.quality.files import load_ruleset, rule_files
from millrace.glue_workflow.quality.language.model import OnFailure, Ruleset
from millrace.glue_workflow.quality.language.parsing import parse
from millrace.glue_workflow.quality.language.printing import print_ruleset
from millrace.glue_workflow.quality.suggestion import suggest

__all__ = [
    "Action",
    "FakeHistory",
    "History",
    "OnFailure",
    "RulePlan",
    "RuleResult",
    "Ruleset",
    "StoredHistory",
    "Verdict",
    "evaluate",
    "kept_rows",
    "load_ruleset",
    "parse",
    "plan",
    "print_ruleset",
    "rows_set_aside",
    "rule_files",
    "suggest",
]
