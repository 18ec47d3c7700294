"""The contract of functions that workflows call. A new adapter is one entry in ADAPTERS."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from millrace.errors import FunctionFailed, MillraceError
from millrace.glue_workflow.external.functions import NamedFunctions
from millrace.glue_workflow.external.lambda_functions import LambdaFunctions
from millrace.glue_workflow.external.python_functions import PythonFunctions

FILES = {
    "say": "def handler(event, context):\n    return {'said': event['words'], 'times': [1, 2.5, None, True]}\n",
    "count": "def handler(event, context):\n    return len(event)\n",
    "fail": "def handler(event, context):\n    raise ValueError('no such station')\n",
    "no_json": "def handler(event, context):\n    return {1, 2}\n",
}


class LambdaOfFiles:
    """AWS Lambda as far as it answers Invoke; the functions are those of FILES."""

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - boto3's
        from botocore.exceptions import ClientError

        assert InvocationType == "RequestResponse"
        if FunctionName not in FILES:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": ""}}, "Invoke")
        module: dict[str, Any] = {}
        exec(FILES[FunctionName], module)
        try:
            answer = json.dumps(module["handler"](json.loads(Payload), None))
        except Exception as error:  # noqa: BLE001 - as Lambda does
            told = {"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": []}
            return {"StatusCode": 200, "FunctionError": "Unhandled", "Payload": BytesIO(json.dumps(told).encode())}
        return {"StatusCode": 200, "Payload": BytesIO(answer.encode())}


def on_this_machine(folder: Path) -> NamedFunctions:
    for name, text in FILES.items():
        (folder / f"{name}.py").write_text(text)
    return PythonFunctions({name: folder / f"{name}.py" for name in FILES}, folder / "lib")


ADAPTERS: dict[str, Callable[[Path], NamedFunctions]] = {
    "python": on_this_machine,
    "lambda": lambda _: LambdaFunctions(LambdaOfFiles),
}


@pytest.fixture(params=ADAPTERS)
def functions(request: pytest.FixtureRequest, tmp_path: Path) -> NamedFunctions:
    return ADAPTERS[request.param](tmp_path)


def test_a_function_is_given_json_and_answers_json(functions: NamedFunctions) -> None:
    assert functions.call("say", {"words": ("a", "b")}) == {"said": ["a", "b"], "times": [1, 2.5, None, True]}
    assert functions.call("count", {}) == 0


def test_the_error_of_a_function_is_told_in_its_own_words(functions: NamedFunctions) -> None:
    with pytest.raises(FunctionFailed, match=r"the function fail failed: .*ValueError: no such station"):
        functions.call("fail", {})


def test_an_answer_that_is_no_json_is_a_failure(functions: NamedFunctions) -> None:
    with pytest.raises(FunctionFailed, match=r"no_json failed: .*TypeError"):
        functions.call("no_json", {})


def test_an_unknown_function_is_told(functions: NamedFunctions) -> None:
    with pytest.raises(MillraceError, match="gone"):
        functions.call("gone", {})


def test_a_file_without_a_handler_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty.py").write_text("x = 1\n")

    with pytest.raises(FunctionFailed, match=r"empty\.py has no handler"):
        PythonFunctions({"empty": tmp_path / "empty.py"}, tmp_path / "lib").call("empty", {})


def test_hyphens_of_a_function_are_underscores_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "tell_all.py").write_text("def handler(event, context):\n    return 1\n")

    assert PythonFunctions({"tell_all": tmp_path / "tell_all.py"}, tmp_path / "lib").call("tell-all", {}) == 1
