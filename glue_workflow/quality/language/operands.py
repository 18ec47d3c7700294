"""Syntax trees of operands to values, and which operands may be calculated with which."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from lark import Token, Tree

from millrace.athena_sql.ports import MAX_DIGITS
from millrace.glue_workflow.quality.language.model import (
    Binary,
    Call,
    Duration,
    Expression,
    Keyword,
    Last,
    Now,
    Number,
    Operand,
    Text,
    TextPosition,
    Unit,
    Variable,
)
from millrace.glue_workflow.quality.language.refusal import refusal

Node = Tree[Token]
MAX_PAST_VALUES = 1000
MAX_DURATION = timedelta(days=36_500)
# Functions of past values, with the number of arguments that follow `last(n)`.
LIST_FUNCTIONS = {"avg": 0, "count": 0, "index": 1, "max": 0, "median": 0, "min": 0, "std": 0, "sum": 0}
NUMBER_FUNCTIONS = ("abs",)
FUNCTIONS = tuple(sorted([*LIST_FUNCTIONS, *NUMBER_FUNCTIONS, "last", "now"]))


def position_of(node: Node | Token) -> TextPosition:
    if isinstance(node, Token):
        return TextPosition(node.line or 0, node.column or 0)
    return TextPosition(node.meta.line, node.meta.column)


def text_of(token: Token) -> str:
    """The value of a quoted text: a backslash escapes a quote or a backslash, and before other characters is itself."""
    raw, out, index = str(token)[1:-1], [], 0
    while index < len(raw):
        if raw[index] == "\\" and raw[index + 1 : index + 2] in ('"', "\\"):
            index += 1
        out.append(raw[index])
        index += 1
    return "".join(out)


class OperandReader:
    """The reader of operands of one file, which it names in errors."""

    def __init__(self, file: str) -> None:
        self._file = file

    def read(self, node: Node) -> Operand:
        """The value of an operand's tree. Raises DefinitionError, with the position, for what is not an operand."""
        operand = self._operand(node)
        if isinstance(operand, Last):
            raise refusal(
                self._file,
                position_of(node),
                "last() is a list of past values, not a number",
                hint="Put a function around it, such as avg(last(10)).",
            )
        return operand

    def _operand(self, node: Node) -> Operand:
        match node.data:
            case "number" | "negative" | "quantity":
                return self._numeral(node)
            case "text":
                return Text(text_of(_token(node)))
            case "variable":
                return Variable(str(_token(node))[1:], position_of(node))
            case "keyword":
                return Keyword(str(_token(node)).upper())
            case "call":
                return self._call(node)
            case "binary":
                return self._binary(node)
        raise AssertionError(node.data)

    def _numeral(self, node: Node) -> Number | Duration:
        tokens = [str(child) for child in node.children]
        digits = tokens[-1] if node.data == "negative" else tokens[0]
        if len(digits.replace(".", "")) > MAX_DIGITS:
            raise refusal(self._file, position_of(node), f"a number has at most {MAX_DIGITS} digits")
        if node.data == "quantity":
            return self._duration(node, digits, tokens[1])
        return Number(Decimal(f"-{digits}" if node.data == "negative" else digits))

    def _duration(self, node: Node, digits: str, unit: str) -> Duration:
        if unit not in list(Unit):
            raise refusal(self._file, position_of(node), f"unknown unit {unit!r}", known=list(Unit))
        if "." in digits or timedelta(**{unit: min(int(digits), 10**8)}) > MAX_DURATION:
            what = f"a duration is a whole number of {unit}, at most {MAX_DURATION.days} days"
            raise refusal(self._file, position_of(node), what)
        return Duration(int(digits), Unit(unit))

    def _call(self, node: Node) -> Operand:
        name = str(node.children[0])
        arguments = [child for child in node.children[1:] if isinstance(child, Tree)]
        if name == "now" and not arguments:
            return Now()
        if name == "last" and len(arguments) == 1:
            return Last(self._whole(arguments[0], least=1))
        if name in LIST_FUNCTIONS:
            return self._list_function(node, name, arguments)
        if name in NUMBER_FUNCTIONS and len(arguments) == 1:
            return Call(name, (self._number(arguments[0]),))
        if name in FUNCTIONS:
            raise refusal(self._file, position_of(node), f"{name}() does not take {len(arguments)} arguments")
        raise refusal(self._file, position_of(node), f"unknown function {name}()", known=FUNCTIONS)

    def _list_function(self, node: Node, name: str, arguments: list[Node]) -> Call:
        extra = LIST_FUNCTIONS[name]
        values = self._operand(arguments[0]) if len(arguments) == 1 + extra else None
        if not isinstance(values, Last):
            example = f"{name}(last(10){', 0' if extra else ''})"
            raise refusal(self._file, position_of(node), f"{name}() takes past values", hint=f"Write {example}.")
        return Call(name, (values, *(Number(Decimal(self._whole(argument, least=0))) for argument in arguments[1:])))

    def _binary(self, node: Node) -> Operand:
        left_node, operator, right_node = node.children
        assert isinstance(left_node, Tree)
        assert isinstance(right_node, Tree)
        left = self._operand(left_node)
        if isinstance(left, Now):
            right = self._operand(right_node)
            if left.offset is None and isinstance(right, Duration) and operator in ("+", "-"):
                return Now(1 if operator == "+" else -1, right)
            hint = "Write it as (now() - 3 days)."
            raise refusal(self._file, position_of(node), "now() takes one duration, added or subtracted", hint=hint)
        return Binary(str(operator), self._number(left_node), self._number(right_node))

    def _number(self, node: Node) -> Expression:
        operand = self.read(node)
        if isinstance(operand, Number | Call | Binary):
            return operand
        raise refusal(
            self._file,
            position_of(node),
            "only numbers can be calculated with",
            hint="Remove the text, date or duration.",
        )

    def _whole(self, node: Node, *, least: int) -> int:
        operand = self._operand(node)
        if isinstance(operand, Number) and operand.value % 1 == 0 and least <= operand.value <= MAX_PAST_VALUES:
            return int(operand.value)
        what = f"a whole number from {least} to {MAX_PAST_VALUES} is needed here"
        raise refusal(self._file, position_of(node), what)


def _token(node: Node) -> Token:
    token = node.children[0]
    assert isinstance(token, Token)
    return token
