"""What is wrong with the parameters of a composed workflow's jobs; with the file and its line, in the loader's test."""

from __future__ import annotations

from typing import Any

import pytest

from millrace.glue_workflow.job_parameters import KnownNames, wrong_parameter

KNOWN = KnownNames({"receipts"}, {"fares": ("day", "least"), "all": ()})
COPY = {"origin": "s3://open/data/", "target": "cases/", "objects": 9, "megabytes": 5}


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("crawler", {"dataset": "receipts"}),
        ("crawler", {"dataset": "raw"}),
        ("report", {"query": "fares", "name": "daily", "least": 3}),
        ("call", {"function": "tell-people", "anything": ("a", "b"), "times": 2}),
        ("python", {"file": "x", "anything": 1}),
        ("copy", COPY),
        ("copy", {**COPY, "origin": ("https://a/{day}.csv", "http://b/c"), "from": "2024-05-30", "to": "2024-05-31"}),
        ("copy", {**COPY, "target": "s3://another-bucket/open/data/", "first": 1, "last": 3, "pattern": "*.csv"}),
    ],
)
def test_what_a_kind_can_be_given(kind: str, given: dict[str, Any]) -> None:
    assert wrong_parameter(kind, given, KNOWN) is None


@pytest.mark.parametrize(
    ("kind", "given", "name", "hint"),
    [
        ("crawler", {}, "dataset", "Give dataset"),
        ("crawler", {"dataset": "fares"}, "dataset", "Name one of the datasets: receipts"),
        ("crawler", {"dataset": 3}, "dataset", "Make it a text"),
        ("crawler", {"dataset": "receipts", "name": "x"}, "name", "Choose of: dataset"),
        ("report", {"query": "gone"}, "query", "Name one of the saved queries: all, fares"),
        ("report", {"query": "all"}, "query", "Give the query a parameter `:day`"),
        ("report", {"query": "fares", "most": 3}, "most", "Choose of: query, name"),
        ("report", {"query": "fares", "name": "../x"}, "name", "Use small letters"),
        ("call", {"function": "arn:aws:lambda:x"}, "function", "letters, digits"),
        ("copy", {**COPY, "origin": "file:///etc/passwd"}, "origin", "begin with s3://"),
        ("copy", {**COPY, "origin": ("s3://a/b", "/etc/passwd")}, "origin", "begin with s3://"),
        ("copy", {**COPY, "origin": ()}, "origin", "Make it a text or a list"),
        ("copy", {**COPY, "target": "cases"}, "target", "ends with a slash"),
        ("copy", {**COPY, "target": "../cases/"}, "target", "ends with a slash"),
        ("copy", {**COPY, "target": "prod/cases/"}, "target", "prod/ is Millrace's own"),
        ("copy", {**COPY, "target": "s3://b"}, "target", "ends with a slash"),
        ("copy", {**COPY, "objects": 0}, "objects", "a whole number above 0"),
        ("copy", {**COPY, "megabytes": True}, "megabytes", "a whole number above 0"),
        ("copy", {**COPY, "from": "30.5.2024"}, "from", "YYYY-MM-DD"),
        ("copy", {key: value for key, value in COPY.items() if key != "objects"}, "objects", "Give objects"),
    ],
)
def test_what_is_wrong_is_told_by_its_name(kind: str, given: dict[str, Any], name: str, hint: str) -> None:
    wrong = wrong_parameter(kind, given, KNOWN)

    assert wrong is not None
    assert wrong.name == name
    assert hint in wrong.hint
