"""Quality rules: a DQDL file is parsed, compiled to few statements, and evaluated through the engine port.

README.md beside this file says what the rules mean, also where the language's documentation is silent. `rules/` holds
the rule files that Millrace ships, one for each workflow.

    evaluation      rules on a table: statements, results, rows to set aside
    language        the rule language: rules as values, and their text
    loading         a rule file read and checked
    repetition      the rule that a source's entity key implies
    rule_types      the rule types: what each takes, and how it is measured
    suggestion      a first rule file for a table, from its data
"""

from millrace.glue_workflow.quality.evaluation.compiling import RulePlan, plan
from millrace.glue_workflow.quality.evaluation.evaluator import evaluate, evaluate_by_partition
from millrace.glue_workflow.quality.evaluation.history import FakeHistory, RuleHistory, StoredPartitionedHistory
from millrace.glue_workflow.quality.evaluation.partitions import only_partitions, partitions_of
from millrace.glue_workflow.quality.evaluation.results import Action, RuleResult, Verdict
from millrace.glue_workflow.quality.evaluation.set_aside import remaining_rows, rows_set_aside
from millrace.glue_workflow.quality.language.model import OnFailure, Ruleset, compares_with_past
from millrace.glue_workflow.quality.language.printing import print_ruleset
from millrace.glue_workflow.quality.loading.parsing import parse
from millrace.glue_workflow.quality.repetition import with_repetitions_set_aside
from millrace.glue_workflow.quality.suggestion import suggest

__all__ = [
    "Action",
    "FakeHistory",
    "OnFailure",
    "RuleHistory",
    "RulePlan",
    "RuleResult",
    "Ruleset",
    "StoredPartitionedHistory",
    "Verdict",
    "compares_with_past",
    "evaluate",
    "evaluate_by_partition",
    "only_partitions",
    "parse",
    "partitions_of",
    "plan",
    "print_ruleset",
    "remaining_rows",
    "rows_set_aside",
    "suggest",
    "with_repetitions_set_aside",
]
