"""DQDL text to a Ruleset. `parse` also runs the checks of `ruleset_checks`, so a parsed file can be evaluated."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from millrace.errors import DefinitionError
from millrace.glue_workflow.quality.language.model import (
    AnyRule,
    Composite,
    Condition,
    Definition,
    Labels,
    Operator,
    Rule,
    Ruleset,
    Text,
    TextPosition,
    Variable,
)
from millrace.glue_workflow.quality.language.operands import Node, OperandReader, position_of, text_of
from millrace.glue_workflow.quality.language.refusal import refusal
from millrace.glue_workflow.quality.loading.ruleset_checks import check_ruleset, check_type

_OPERATORS = {
    "between": Operator.BETWEEN,
    "not_between": Operator.NOT_BETWEEN,
    "in_set": Operator.IN,
    "not_in_set": Operator.NOT_IN,
    "matches": Operator.MATCHES,
    "not_matches": Operator.NOT_MATCHES,
}
# How error messages name the terminals of the grammar that may come next. Others are named by their own text.
_TERMINALS = {
    "$END": "the end of the file",
    "ANALYZERS": "Analyzers",
    "COLON": ":",
    "COMMA": ",",
    "COMPARISON": "= != > >= < <=",
    "DEFAULT_LABELS": "DefaultLabels",
    "DIVIDE": "/",
    "EQUAL": "=",
    "KEYWORD": "NULL EMPTY WHITESPACES_ONLY",
    "LABELS": "labels=[...]",
    "LBRACE": "{",
    "LPAR": "(",
    "LSQB": "[",
    "MINUS": "-",
    "NAME": "a name",
    "NUMBER": "a number",
    "PLUS": "+",
    "RBRACE": "}",
    "RPAR": ")",
    "RSQB": "]",
    "RULES": "Rules",
    "STRING": "a text in double quotes",
    "TIMES": "*",
    "VARIABLE": "$name",
}


def parse(text: str, name: str = "rules") -> Ruleset:
    """A rule file as checked values. `name` is the file's, for messages.

    Raises DefinitionError with line and column for what is not DQDL, and for what Millrace does not evaluate.
    """
    try:
        tree = _grammar().parse(text)
    except UnexpectedInput as error:
        raise _not_dqdl(text, name, error) from error
    ruleset = _Reader(name).ruleset(tree)
    check_ruleset(ruleset)
    return ruleset


@cache
def _grammar() -> Lark:
    text = files("millrace.glue_workflow.quality.loading").joinpath("dqdl.lark").read_text(encoding="utf-8")
    return Lark(text, parser="lalr", propagate_positions=True)


def _not_dqdl(text: str, name: str, error: UnexpectedInput) -> DefinitionError:
    position = TextPosition(error.line, error.column)
    if isinstance(error, UnexpectedToken):
        terminals = error.accepts or error.expected
        expected = sorted({_TERMINALS.get(terminal, terminal.strip("_").lower()) for terminal in terminals})
        hint = f"Expected {' or '.join(expected)}."
        if error.token.type == "$END":
            lines = text.split("\n")
            return refusal(name, TextPosition(len(lines), len(lines[-1]) + 1), "the file ends too early", hint=hint)
        return refusal(name, position, f"unexpected {str(error.token)!r}", hint=hint)
    assert isinstance(error, UnexpectedCharacters)
    if error.char == '"':
        return refusal(name, position, "this text has no closing quote", hint="Close it with a double quote.")
    return refusal(name, position, f"unexpected character {error.char!r}")


class _Reader:
    """The reader of one file's syntax tree."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._operands = OperandReader(file)

    def ruleset(self, tree: Node) -> Ruleset:
        definitions: list[Definition] = []
        default_labels: Labels = ()
        rules: tuple[AnyRule, ...] = ()
        for node in _trees(tree):
            match node.data:
                case "assignment":
                    definitions.append(self._definition(node))
                case "default_labels":
                    default_labels = self._labels(_trees(node)[0])
                case "rules_section":
                    rules = tuple(self._rule(child) for child in _trees(node))
                case _:
                    what = "Analyzers are not evaluated"
                    raise refusal(self._file, position_of(node), what, known=("variables", "DefaultLabels", "Rules"))
        return Ruleset(rules, tuple(definitions), default_labels, self._file)

    def _definition(self, node: Node) -> Definition:
        name, value = node.children
        assert isinstance(name, Token)
        if isinstance(value, Token):
            return Definition(str(name), text_of(value), position_of(node))
        if value.data == "dictionary":
            known = ("variables", "DefaultLabels", "Rules")
            raise refusal(self._file, position_of(node), f"the section {name} is not evaluated", known=known)
        return Definition(str(name), tuple(text_of(item) for item in _tokens(value)), position_of(node))

    def _rule(self, node: Node) -> AnyRule:
        match node.data:
            case "all_of" | "any_of":
                members = tuple(self._rule(child) for child in _trees(node))
                return Composite("and" if node.data == "all_of" else "or", members, position_of(node))
            case "rule":
                return self._plain_rule(node)
            case _:  # a rule in parentheses
                return self._rule(_trees(node)[0])

    def _plain_rule(self, node: Node) -> Rule:
        check_type(self._file, str(node.children[0]), position_of(node))
        condition: Condition | None = None
        parameters: list[Text | Variable] = []
        clauses: dict[str, Node] = {}
        for child in _trees(node):
            if child.data == "parameter":
                parameters.append(self._parameter(_tokens(child)[0]))
            elif str(child.data).endswith("_clause"):
                self._add_clause(clauses, child)
            else:
                condition = self._condition(child)
        where, labels, threshold = (clauses.get(f"{word}_clause") for word in ("where", "labels", "with"))
        return Rule(
            str(node.children[0]),
            tuple(parameters),
            condition,
            where=text_of(_tokens(where)[1]) if where else None,
            threshold=self._condition(_trees(threshold)[0]) if threshold else None,
            labels=self._labels(_trees(labels)[0]) if labels else (),
            position=position_of(node),
        )

    def _add_clause(self, clauses: dict[str, Node], clause: Node) -> None:
        word = str(clause.data)
        if word == "with_clause" and str(_tokens(clause)[1]) != "threshold":
            tag = _tokens(clause)[1]
            raise refusal(self._file, position_of(tag), f"unknown tag 'with {tag}'", known=("with threshold",))
        if word in clauses:
            raise refusal(self._file, position_of(clause), f"a second {str(_tokens(clause)[0])!r} in one rule")
        clauses[word] = clause

    def _parameter(self, token: Token) -> Text | Variable:
        if token.type == "VARIABLE":
            return Variable(str(token)[1:], position_of(token))
        return Text(text_of(token) if token.type == "STRING" else str(token))

    def _condition(self, node: Node) -> Condition:
        first = _tokens(node)[0]
        operator = Operator(str(first)) if node.data == "comparison" else _OPERATORS[str(node.data)]
        nodes = _trees(node)
        if operator in (Operator.IN, Operator.NOT_IN):
            members = nodes[0]
            variables = [Variable(str(token)[1:], position_of(token)) for token in _tokens(members)]
            operands = (*variables, *(self._operands.read(child) for child in _trees(members)))
        else:
            operands = tuple(self._operands.read(child) for child in nodes)
        return Condition(operator, operands, position_of(first))

    def _labels(self, node: Node) -> Labels:
        labels: dict[str, str] = {}
        for child in _trees(node):
            key, value = (text_of(token) for token in _tokens(child))
            if key in labels:
                raise refusal(self._file, position_of(child), f"the label {key!r} is given twice", hint="Remove one.")
            if not re.fullmatch(r".{1,128}", key, re.DOTALL) or not re.fullmatch(r".{1,256}", value, re.DOTALL):
                what = "a label's key has 1 to 128 characters, its value 1 to 256"
                raise refusal(self._file, position_of(child), what)
            labels[key] = value
        return tuple(labels.items())


def _trees(node: Node) -> list[Node]:
    return [child for child in node.children if isinstance(child, Tree)]


def _tokens(node: Node) -> list[Token]:
    return [child for child in node.children if isinstance(child, Token)]
