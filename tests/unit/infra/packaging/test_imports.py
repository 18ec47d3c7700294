"""Import tracing of modules and files."""

from __future__ import annotations

from pathlib import Path

import pytest

from millrace.errors import DefinitionError
from millrace.infra.packaging.imports import module_file, traced


def test_a_module_needs_its_imports_their_imports_and_all_packages_above() -> None:
    found = traced(["millrace.lake.kind"])
    assert found.modules >= {"millrace", "millrace.lake", "millrace.lake.kind", "millrace.lake.keys", "millrace.errors"}
    assert "msgspec" in found.others
    assert not {"os", "pathlib", "__future__"} & found.others


def test_what_only_type_checkers_import_is_not_needed() -> None:
    assert "millrace.ingestors.ports" not in traced(["millrace.infra.runtime.aws_clients"]).modules


def test_an_import_in_a_function_is_left_out_by_name_and_only_there() -> None:
    """`state.dynamo` is imported by functions of the runtime, `lake.s3` at the top of its module."""
    with_all = traced(["millrace.infra.runtime.aws"]).modules
    without = traced(["millrace.infra.runtime.aws"], left_out=["millrace.glue_workflow", "millrace.lake"]).modules
    assert "millrace.glue_workflow.run.runner" in with_all - without
    assert "millrace.lake.s3" in without


def test_a_file_of_a_project_needs_what_it_imports(tmp_path: Path) -> None:
    file = tmp_path / "bikes.py"
    file.write_text("import numpy.linalg\nfrom millrace.ingestors import ports\nfrom .beside import x\n")
    found = traced([], [file])
    assert "millrace.ingestors.ports" in found.modules
    assert "numpy" in found.others


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"x = 1\ndef (\n", r"h\.py, line 2: invalid syntax"),
        (b"x = '\xff'\n", r"h\.py.*utf-8"),
        (b"x\0", r"h\.py.*null"),
    ],
)
def test_a_file_that_is_no_python_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "h.py"
    file.write_bytes(content)
    with pytest.raises(DefinitionError, match=said):
        traced([], [file])


def test_a_linked_folder_is_found_below_the_package() -> None:
    file = module_file("millrace.ingestors.ports")
    assert file is not None
    assert file.parts[-3:] == ("millrace", "ingestors", "ports.py")
    assert module_file("millrace.no_such_module") is None
