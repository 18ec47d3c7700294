"""The rule types of DQDL that are evaluated, as data: what each takes and what may be asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class OperandKind(StrEnum):
    """What a condition compares with."""

    NUMBER = "a number"
    TEXT = "a text"
    TIME = "a date or now()"
    DURATION = "a duration such as 3 hours"


class Need(StrEnum):
    NONE = "no"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class RuleType:
    """`most` is None for any number of parameters; `dynamic` allows past results in the condition."""

    least: int = 1
    most: int | None = 1
    condition: Need = Need.REQUIRED
    kinds: tuple[OperandKind, ...] = (OperandKind.NUMBER,)
    threshold: bool = False
    where: bool = True
    row_level: bool = False
    dynamic: bool = True


RULE_TYPES: dict[str, RuleType] = {
    "AggregateMatch": RuleType(least=2, most=2, where=False),
    "ColumnCorrelation": RuleType(least=2, most=2),
    "ColumnCount": RuleType(least=0, most=0, where=False),
    "ColumnDataType": RuleType(kinds=(OperandKind.TEXT,), threshold=True, row_level=True),
    "ColumnExists": RuleType(condition=Need.NONE, where=False),
    "ColumnLength": RuleType(row_level=True, dynamic=False),
    "ColumnNamesMatchPattern": RuleType(condition=Need.NONE, where=False),
    "ColumnValues": RuleType(
        kinds=(OperandKind.NUMBER, OperandKind.TEXT, OperandKind.TIME), threshold=True, row_level=True, dynamic=False
    ),
    "Completeness": RuleType(row_level=True),
    "CustomSql": RuleType(condition=Need.OPTIONAL, threshold=True, where=False),
    "DataFreshness": RuleType(kinds=(OperandKind.DURATION,), row_level=True),
    "DistinctValuesCount": RuleType(),
    "Entropy": RuleType(),
    "IsComplete": RuleType(condition=Need.NONE, row_level=True),
    "IsPrimaryKey": RuleType(most=None, condition=Need.NONE),
    "IsUnique": RuleType(most=None, condition=Need.NONE),
    "Mean": RuleType(),
    "ReferentialIntegrity": RuleType(least=2, most=2),
    "RowCount": RuleType(least=0, most=0),
    "RowCountMatch": RuleType(where=False),
    "SchemaMatch": RuleType(where=False),
    "StandardDeviation": RuleType(),
    "Sum": RuleType(),
    "UniqueValueRatio": RuleType(),
    "Uniqueness": RuleType(most=None),
    "Variance": RuleType(),
}

# In the language, but with no evaluation here: refused by name, so that nobody takes them for a misspelling.
NOT_EVALUATED = (
    "AllStatistics",
    "DatasetMatch",
    "DetectAnomalies",
    "FileFreshness",
    "FileMatch",
    "FileSize",
    "FileUniqueness",
)

DATA_TYPES = ("Boolean", "Date", "Double", "Float", "Integer", "Long", "String", "Timestamp")

# Functions over past values, and how many arguments follow `last(n)`.
LIST_FUNCTIONS = {"avg": 0, "count": 0, "index": 1, "max": 0, "median": 0, "min": 0, "std": 0, "sum": 0}
NUMBER_FUNCTIONS = ("abs",)
FUNCTIONS = tuple(sorted([*LIST_FUNCTIONS, *NUMBER_FUNCTIONS, "last", "now"]))
