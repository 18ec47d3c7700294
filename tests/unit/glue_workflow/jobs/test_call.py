"""The job that calls a function by its name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from millrace.errors import FunctionFailed
from millrace.glue_workflow.ports import RunState
from tests.unit.glue_workflow.jobs.composed_runs import composed_run, job


class AnsweringFunctions:
    """Functions that answer this, and note what they are called with."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer
        self.calls: list[tuple[str, Mapping[str, Any]]] = []

    def call(self, name: str, payload: Mapping[str, Any]) -> Any:
        self.calls.append((name, payload))
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


@pytest.mark.parametrize(("answer", "output"), [({"rows": 3}, {"rows": 3}), ([1, 2], {"result": [1, 2]})])
def test_a_function_is_given_the_jobs_parameters_and_gives_its_output(
    tmp_path: Path, answer: Any, output: Mapping[str, Any]
) -> None:
    functions = AnsweringFunctions(answer)
    made = composed_run(tmp_path, job("told", "call", function="tell", words=("a", "b"), times=2), functions=functions)

    assert made.run().state is RunState.SUCCEEDED
    assert functions.calls == [("tell", {"words": ("a", "b"), "times": 2})]
    assert made.job("told").output == output


def test_the_message_of_a_function_is_that_of_the_run(tmp_path: Path) -> None:
    functions = AnsweringFunctions(FunctionFailed("the function tell failed: ValueError: no such station."))
    made = composed_run(tmp_path, job("told", "call", function="tell"), functions=functions)

    assert made.run().state is RunState.FAILED
    assert "ValueError: no such station" in made.job("told").error
