from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.end_to_end.deployment.commands import Deployer
from tests.end_to_end.deployment.ministack import Stripping, ministack, running
from tests.unit.infra.project.project_files import BIKES


@pytest.fixture(scope="session")
def ministack_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of MiniStack, started once; the test is skipped where it is not installed."""
    interpreter = ministack()
    if interpreter is None:
        if os.environ.get("CI"):
            raise AssertionError(".ci/install_ministack did not install it")
        pytest.skip("MiniStack is not installed: .ci/install_ministack")
    with running(interpreter, tmp_path_factory.mktemp("ministack")) as url:
        yield url


@pytest.fixture
def deployer(ministack_url: str, tmp_path: Path) -> Iterator[Deployer]:
    """The commands on a small project, in an empty account of the test's own."""
    with in_an_account(ministack_url, tmp_path / "project") as one:
        yield one


@pytest.fixture
def prepared(deployer: Deployer) -> Deployer:
    """The same, with a bootstrap stack."""
    deployer.done("bootstrap", "--stage", "dev", "--yes")
    return deployer


@pytest.fixture(scope="module")
def _prepared_once(ministack_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployer]:
    with in_an_account(ministack_url, tmp_path_factory.mktemp("once") / "project") as one:
        one.done("bootstrap", "--stage", "dev", "--yes")
        yield one


@pytest.fixture
def untouched(_prepared_once: Deployer) -> Iterator[Deployer]:
    """The same, for tests that change nothing: one account for all of a module."""
    before = len(_prepared_once.cloudformation.given)
    yield _prepared_once
    _prepared_once.cloudformation.before = lambda action, given: None
    assert len(_prepared_once.cloudformation.given) == before, "the test makes a change set"


@contextmanager
def in_an_account(url: str, root: Path, files: Mapping[str, str] = BIKES) -> Iterator[Deployer]:
    account = f"{int.from_bytes(os.urandom(4)):012d}"
    stripping = Stripping(url, account)
    try:
        yield Deployer.of(root, url, account, stripping, files)
    finally:
        stripping.close()
