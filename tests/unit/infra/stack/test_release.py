"""What stands in a release: all that a stack needs of a project, the same from the same commit."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from millrace.errors import UsageError
from millrace.infra.packaging.reproducible import is_named_by, named_by_hash
from millrace.infra.stack.deployment import Deployment
from millrace.infra.stack.packaged.release import Release, hash_of
from millrace.infra.stack.template import synthesise
from tests.contracts.stack.templates import STAGED, definitions

FILES = {
    "poll_zip": "poll-1a2b3c.zip",
    "job_zip": "job-1a2b3c.zip",
    "wheels_zip": "wheels-1a2b3c.zip",
    "glue_script": "glue_job-1a2b3c.py",
}
RELEASE = Release.of(definitions(), STAGED["dev"], FILES)


def test_read_again_it_gives_the_same_template() -> None:
    read = Release.read(RELEASE.file, RELEASE.content)

    assert read == RELEASE
    before = synthesise(Deployment(STAGED["prod"], definitions(), RELEASE.named()))
    assert synthesise(Deployment(STAGED["prod"], read.parts.definitions, read.named())).text == before.text


def test_one_that_another_millrace_wrote_keeps_its_bytes_and_so_its_hash() -> None:
    other = json.dumps({**json.loads(RELEASE.content), "since_then": 1}).encode()

    read = Release.read("release-1a2b3c.json", other)

    assert (read.parts, read.content) == (RELEASE.parts, other)
    assert read.file == named_by_hash("release", ".json", other) != RELEASE.file


def test_one_of_the_form_of_before_is_deployed_again() -> None:
    """The recorded file is never written anew: a form that this Millrace could not read could not be gone back to."""
    [recorded] = (Path(__file__).parent / "recorded").iterdir()

    read = Release.read(recorded.name, recorded.read_bytes())

    assert read.file == recorded.name
    stack = synthesise(Deployment(STAGED["dev"], read.parts.definitions, read.named()))
    assert stack.content["Parameters"]["Release"]["Default"] == read.hash
    assert "PollOfBikes" in stack.content["Resources"]


def test_its_hash_is_that_of_its_content() -> None:
    assert hash_of(RELEASE.file) == RELEASE.hash
    assert Release.of(definitions(), STAGED["dev"], dict(reversed(FILES.items()))).hash == RELEASE.hash
    assert Release.of(definitions(), STAGED["dev"], {**FILES, "poll_zip": "poll-4d5e6f.zip"}).hash != RELEASE.hash
    assert Release.of(replace(definitions(), queries=()), STAGED["dev"], FILES).hash != RELEASE.hash


def test_what_is_no_release_is_said() -> None:
    with pytest.raises(UsageError, match=r"release-1a2b3c.json cannot be read: .* Deploy from the project itself"):
        Release.read("release-1a2b3c.json", b'{"millrace": 1}')


def test_a_name_is_held_to_the_hash_of_a_content() -> None:
    digest = hashlib.sha256(b"x").digest()
    assert is_named_by(digest, named_by_hash("poll", ".gluewheels.zip", b"x"))
    assert not is_named_by(digest, named_by_hash("poll", ".zip", b"y"))
    assert not is_named_by(digest, "by-hand.json")
