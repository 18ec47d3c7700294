"""Whatever the documents tell a reader to type is typed here, in their order, and what they show of a file is in it.

Documents about Python are programs: their blocks of Python are run, too, in their order, after the commands.
Each document is followed in a copy of the code, as after a clone, beside a lake of ten minutes and a simulated feed.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from millrace.clock import SystemClock
from millrace.infra.runtime.local import LocalRuntime
from millrace.ingestors.simulator.misbehaviour import body_replaced
from millrace.ingestors.simulator.server import Simulator
from millrace.settings import Settings
from millrace.usecases.polls import poll_once
from tests.doubles.simulated_feeds import shipped_feeds
from tests.end_to_end.documents import DOCUMENTS, ROOT, SHELLS, Block, blocks, unfenced_commands

CODE = ("millrace", "ingestors", "firehose", "glue_workflow", "athena_sql", "dashboards", "infra")
SECONDS = 60
PYTHON_DOCUMENTS = ("python.md", "without_millrace.md")
OPTIONAL = ("polars",)  # a block that imports one of these is run where that is installed

# Not typed here, and why.
NOT_RUN = {
    "git clone": "there is no address to clone from; the copy of the code stands for it",
    "cd millrace": "the copy is the folder already",
    "source .venv/bin/activate": "the command is on the path already",
    "make test": "this is it",
    "millrace bootstrap": "needs an account: tests/end_to_end/deployment types it",
    "millrace preflight": "as above",
    "millrace dashboards diff": "needs a Grafana: tests/end_to_end/grafana types it",
    "millrace dashboards publish": "as above",
    "millrace deploy": "as above",
    "millrace destroy": "as above",
    "millrace diff": "as above",
    "millrace promote": "as above",
    "millrace poll --stage": "as above",
    "millrace run --stage": "as above",
    "millrace query --stage": "as above",
    "millrace notify test --stage": "as above",
    "aws lambda invoke": "needs an account: tests/end_to_end/aws/packaged invokes the function",
    "aws glue start-crawler": "needs an account: tests/end_to_end/aws/test_datasets_on_aws.py makes the table",
    "aws glue start-workflow-run": "needs an account: tests/end_to_end/aws/packaged starts the jobs",
    "aws stepfunctions start-execution": "needs an account: tests/end_to_end/aws/orchestrators starts machines",
    "millrace run open_data_copy": "needs the internet: tests/end_to_end/aws/orchestrators/test_classics.py has a host",
    "millrace query --name first_cases": "as above",
    "docker": "needs a container engine, and an image from a registry",
    "sudo": "changes the machine",
}
# Typed in another way, and why.
INSTEAD = {
    "make run": "millrace demo --minutes 10",  # what it does, without an installation and for less than a day
    "--port 8080": "--port 0",  # a port may be taken
    "--port 8090": "--port 0",
    "--port 8765": "--port 0",
    "preview --serve": "preview --serve --port 0",
    "/var/lib/millrace": "lake",
}
# Long-running commands: what they say once they are ready, and the signal that ends them.
SERVING = {
    "millrace simulate": (re.compile(r"(http://\S+)"), signal.SIGINT),
    "millrace preview --serve": (re.compile(r"the page is at (\S+)"), signal.SIGINT),
    "millrace athena": (re.compile(r"(http://\S+)"), signal.SIGINT),
    "millrace up": (re.compile(r'"event": "(up)"'), signal.SIGTERM),
}
# What others of the document's commands talk to, at the address that it gives: they run until its end.
STAYING = {"millrace simulate": "http://127.0.0.1:8080", "millrace athena": "http://127.0.0.1:8765"}
PROGRAMS = {"millrace": "millrace", "aws": "awscli"}
TOOLS = ("mkdir", "cp", "tar", "python3")  # of the reader's own machine


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with shipped_feeds(SystemClock()) as running:
        yield running


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code, with a command that runs it, and a lake of a demo of ten minutes."""
    folder = tmp_path_factory.mktemp("docs")
    for name in CODE:
        shutil.copytree(ROOT / name, folder / name, symlinks=True)
    shutil.copytree(ROOT / "docs" / "examples", folder / "docs" / "examples")
    shutil.copy2(ROOT / "millrace.toml", folder)
    (folder / "bin").mkdir()
    for name, module in PROGRAMS.items():
        command = folder / "bin" / name
        command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m {module} "$@"\n')
        command.chmod(0o755)
    reader = DocumentReader(folder, {**os.environ, "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"})
    reader.type("millrace demo --minutes 10 --home lake")
    return folder


@dataclass
class DocumentReader:
    """Types what a document says, in the folder of the code."""

    folder: Path
    environment: dict[str, str]
    names: Mapping[str, str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)

    def follow(self, document: Path, running: ExitStack) -> None:
        for block in blocks(document):
            if block.language in SHELLS:
                for command in block.commands():
                    self.command(command, running)
            else:
                self.write(block)
        if document.name in PYTHON_DOCUMENTS:
            self.run_python(block.text for block in blocks(document) if block.language == "python" and not block.about)

    def write(self, block: Block) -> None:
        """A file of the reader's own, or what is added to one of ours."""
        if block.added_to:
            with (self.folder / block.added_to).open("a", encoding="utf-8") as file:
                file.write(f"\n\n{block.text}")
        elif block.about and not (ROOT / block.about).exists():
            (self.folder / block.about).write_text(block.text, "utf-8")

    def run_python(self, programs: Iterable[str]) -> None:
        """Blocks of Python as one program, in which each has the names of those before it."""
        missing = [name for name in OPTIONAL if importlib.util.find_spec(name) is None]
        run = [text for text in programs if not any(f"import {name}" in text for name in missing)]
        program = self.folder / "document.py"
        program.write_text("\n".join(run), "utf-8")
        self.type(f"{shlex.quote(sys.executable)} {program.name}")

    def command(self, command: str, running: ExitStack) -> None:
        if any(command.startswith(one) for one in NOT_RUN):
            return
        for said, meant in {**INSTEAD, **self.names, **self.addresses}.items():
            command = command.replace(said, meant)
        serving = next((name for name in SERVING if command.startswith(name)), None)
        if serving:
            self.serve(command, serving, running)
        elif command.startswith("export "):
            words = shlex.split(command.replace("$PWD", str(self.folder)), comments=True)
            self.environment |= dict(word.split("=", 1) for word in words[1:])
        else:
            assert shlex.split(command)[0] in (*PROGRAMS, *TOOLS), f"neither run nor listed as not run: {command}"
            self.type(command)

    def type(self, command: str) -> None:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{command}\nended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
        self.typed.append(command)

    def serve(self, command: str, name: str, running: ExitStack) -> None:
        """Wait until it is ready. What others talk to stays until the document's end, the rest is stopped at once."""
        ready, ending = SERVING[name]
        process = running.enter_context(
            subprocess.Popen(
                ["bash", "-c", f"exec {command}"],
                cwd=self.folder,
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
        running.callback(process.kill)
        assert process.stdout is not None
        lines: list[str] = []
        for line in process.stdout:
            lines.append(line)
            if found := ready.search(line):
                break
        else:
            pytest.fail(f"{command} was never ready:\n{''.join(lines)}")
        self.typed.append(command)
        if name in STAYING:
            self.addresses[STAYING[name]] = "http://" + urlsplit(found[1]).netloc
            return
        process.send_signal(ending)
        rest = process.communicate(timeout=SECONDS)[0]
        expected = 130 if ending == signal.SIGINT else 0
        assert process.returncode == expected, f"{command}\n{''.join(lines)}{rest}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_every_command_of_a_document_can_be_typed_as_it_stands(
    document: Path, code: Path, simulator: Simulator, tmp_path: Path
) -> None:
    folder = tmp_path / "millrace"
    shutil.copytree(code, folder, symlinks=True)
    names = PREPARED[document.name](folder / "lake", simulator) if document.name in PREPARED else {}
    urls = {f"MILLRACE_SOURCE_{name.upper()}_URL": url for name, url in simulator.urls.items()}
    environment = {
        **os.environ,
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "MILLRACE_HOME": "lake",
        "MILLRACE_FEED": "simulated",
        **urls,
    }
    reader = DocumentReader(folder, environment, names)
    with ExitStack() as running:
        reader.follow(document, running)
    assert reader.typed or not any(block.language in SHELLS for block in blocks(document))


def an_item_in_quarantine(home: Path, _: Simulator) -> dict[str, str]:
    """A page of HTML, at a time of its own."""
    html = body_replaced("<html></html>", "text/html")
    with shipped_feeds(SystemClock(), misbehaviours=[html]) as spoiled:
        settings = Settings(home=home, feed="simulated", source_urls=spoiled.urls)
        with LocalRuntime(settings) as runtime:
            return {"ITEM_ID": poll_once(runtime, "taxi_availability", "2024-05-30T08:12").result.poll_id}


def a_second_version(home: Path, simulator: Simulator) -> dict[str, str]:
    from millrace.usecases.runs import run_workflow

    settings = Settings(home=home, feed="simulated", source_urls=simulator.urls)
    with LocalRuntime(settings) as runtime:
        poll_once(runtime, "taxi_availability", "2024-05-30T08:12")
        run_workflow(runtime, "taxi_availability", [], full=False, progress=lambda _: None)
    return {}


PREPARED = {
    "faults.md": an_item_in_quarantine,
    "versions.md": a_second_version,
    "operations.md": a_second_version,
    "without_millrace.md": a_second_version,
}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_commands_stand_in_blocks_that_are_typed_here(document: Path) -> None:
    assert unfenced_commands(document) == []


def test_what_is_not_typed_or_typed_in_another_way_is_still_in_a_document() -> None:
    commands = [
        command
        for document in DOCUMENTS
        for block in blocks(document)
        if block.language in SHELLS
        for command in block.commands()
    ]
    assert [one for one in NOT_RUN if not any(command.startswith(one) for command in commands)] == []
    assert [one for one in INSTEAD if not any(one in command for command in commands)] == []


SHOWN = [
    pytest.param(document, block, id=f"{document.name}-{block.about}")
    for document in DOCUMENTS
    for block in blocks(document)
    if block.about and not block.added_to and (ROOT / block.about).exists()
]


@pytest.mark.parametrize(("document", "block"), SHOWN)
def test_what_a_document_shows_of_a_file_is_in_it(document: Path, block: Block) -> None:
    assert block.text in (ROOT / block.about).read_text("utf-8")


def test_the_source_that_add_a_source_shows_is_the_whole_file() -> None:
    name = "ingestors/sources/rainfall.py"
    [shown] = [block for block in blocks(ROOT / "docs" / "add_a_source.md") if block.about == name]
    assert shown.text == (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text("utf-8"))
    missing = [link for link in links if "://" not in link and not (document.parent / link).exists()]
    assert missing == []
