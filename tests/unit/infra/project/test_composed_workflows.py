"""Workflows that make no tables, from their definition files; and a run of one."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from millrace.errors import DefinitionError
from millrace.glue_workflow.job_options import JobRuntime, Joins, MapOver, OutputCondition, Until
from millrace.glue_workflow.workflow import Job, Workflow
from tests.end_to_end.documents import ROOT
from tests.unit.infra.project.project_files import BIKES, messages, project

LIST = "def run(job):\n    return {'days': ['2024-05-30']}\n"
NIGHTLY = """schedule = "cron(0 1 * * ? *)"
zone = "Asia/Singapore"
notify = ["success", "failure"]

[jobs.list]
kind = "python"

[jobs.each]
kind = "python"
after = ["list"]
over = "list.days"
at_once = 3
runtime = "glue"
retries = 2
parameters = { file = "list", days = ["a", "b"], most = 3 }

[jobs.wait]
kind = "python"
after = ["list", "each"]
joins = "any"
when = "list.rows > 0"
until = "state = 'ready'"
every_seconds = 4
at_most = 60
timeout_minutes = 5
parameters.file = "list"
"""
FILES = {"workflows/nightly.toml": NIGHTLY, "jobs/list.py": LIST}


def test_a_file_whose_jobs_say_their_kinds_is_a_workflow_of_its_own(tmp_path: Path) -> None:
    of = project(tmp_path, FILES)

    assert messages(of) == []
    assert of.pipelines.workflow("nightly") == Workflow(
        name="nightly",
        schedule="cron(0 1 * * ? *)",
        zone="Asia/Singapore",
        notify=("success", "failure"),
        jobs=(
            Job("list", "python"),
            Job(
                "each",
                "python",
                after=("list",),
                over=MapOver("list", "days", 3),
                runtime=JobRuntime.GLUE,
                retries=2,
                parameters={"file": "list", "days": ("a", "b"), "most": 3},
            ),
            Job(
                "wait",
                "python",
                after=("list", "each"),
                joins=Joins.ANY,
                when=OutputCondition("rows", ">", 0, "list"),
                until=Until(timedelta(seconds=4), 60, OutputCondition("state", "=", "ready")),
                timeout=timedelta(minutes=5),
                parameters={"file": "list"},
            ),
        ),
    )
    assert "nightly" not in of.pipelines.refinements


def test_a_python_file_has_the_whole_workflow(tmp_path: Path) -> None:
    text = (
        "from millrace.glue_workflow.workflow import Job, Workflow\n"
        "WORKFLOW = Workflow(name='nightly', schedule='', jobs=(Job('list', 'python'),))\n"
    )
    of = project(tmp_path, {"workflows/nightly.py": text, "jobs/list.py": LIST})

    assert messages(of) == []
    assert of.pipelines.workflow("nightly").jobs == (Job("list", "python"),)


def test_its_code_is_another_with_other_jobs_files_and_queries(tmp_path: Path) -> None:
    """Else a run that is resumed would mix what two codes made."""
    query = "-- Of a day.\n-- :day = newest\nSELECT :day AS day\n"
    files = {**FILES, "queries/of_a_day.sql": query}
    changed = [
        {},
        {"workflows/nightly.toml": NIGHTLY.replace("60", "61")},
        {"jobs/list.py": LIST + "#"},
        {"queries/of_a_day.sql": query.replace("AS day", "AS that_day")},
    ]
    versions = set()
    for number, other in enumerate(changed):
        pipelines = project(tmp_path / str(number), {**files, **other}).pipelines
        versions.add(pipelines.code_version("1", pipelines.workflow("nightly")))
    assert len(versions) == len(changed)


def test_the_definitions_are_read_without_the_code_that_makes_jobs() -> None:
    """Each command reads them, and would wait for it."""
    read = "from millrace.infra.project.project import Project; Project.find(None).pipelines"
    asked = f"import sys; {read}; print([one for one in sys.modules if one.startswith('millrace.glue_workflow.jobs')])"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('zone = "Asia/Singapore"', 'zone = "Mars"', "line 2: there is no time zone 'Mars'"),
        ('zone = "Asia/Singapore"', "zone = 8", "line 2: zone = 8. Make it a text"),
        ("cron(0 1 * * ? *)", "rate(30 seconds)", "line 1: cannot read the schedule"),
        ("cron(0 1 * * ? *)", "cron(0 2 30 2 ? *)", "line 1: the schedule 'cron(0 2 30 2 ? *)' never comes again"),
        ('"success"', '"sucess"', "line 3: workflow nightly: notify has 'sucess'"),
        ("notify", "tell", "line 3: the key 'tell' is unknown"),
        ('after = ["list"]\n', 'after = ["lst"]\n', "job 'lst' is named by another job's `after`"),
        ('after = ["list"]\n', 'after = ["wait"]\n', "its jobs form a cycle: "),
        ('after = ["list"]\n', 'after = "list"\n', "line 10: [jobs.each] has after = 'list'. Make it a list of texts"),
        ("at_once = 3\n", "", "line 8: [jobs.each] has no at_once: items are made with a bound"),
        ("at_once = 3\n", "at_once = 400\n", "line 12: the items of list.days would be made 400 at once"),
        ('over = "list.days"', 'over = "days"', "line 11: [jobs.each] has over = 'days'"),
        ('over = "list.days"', 'over = "wait.days"', "job 'each' is made over wait.days, of a job that does not come"),
        ("at_most = 60\n", "", "[jobs.wait] has no at_most: a job that is called again has a bound"),
        ("until = \"state = 'ready'\"\n", "", "[jobs.wait] has no until"),
        ("list.rows > 0", "each.rows > 0 > 1", "line 21: cannot read the condition"),
        ("list.rows > 0", "wait.rows > 0", "job 'wait' has the condition wait.rows > 0 on a job that is not in its"),
        ("list.rows > 0", "list.rows > null", "line 21: the condition 'list.rows > null' can never hold"),
        ('joins = "any"', 'joins = "some"', "line 20: [jobs.wait] has joins = 'some'. Choose of: all, any"),
        ('runtime = "glue"', 'runtime = "emr"', "line 13: [jobs.each] has runtime = 'emr'. Choose of: lambda, glue"),
        ("every_seconds = 4", "every_seconds = 0", "a job is called again every 0 s"),
        ("retries = 2", "retries = 2.5", "line 14: [jobs.each] has retries = 2.5. Make it a whole number"),
        ("retries = 2", "tries = 2", "line 14: [jobs.each] has the key 'tries', which is unknown"),
        ("most = 3", "most = { a = 1 }", "[jobs.each.parameters] has most = {'a': 1}"),
        ('kind = "python"\nafter = ["list"]', 'after = ["list"]', "[jobs.each] has no kind: every job says its kind"),
        ('kind = "python"\nafter = ["list"]', 'kind = "pithon"\nafter = ["list"]', "is of the unknown kind 'pithon'"),
        ('kind = "python"\nafter = ["list"]', 'kind = "crawl"\nafter = ["list"]', "works on the tables of a source"),
        (
            'file = "list", days',
            'file = "lists", days',
            "[jobs.each] calls jobs/lists.py, which has no `run`, or",
        ),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in NIGHTLY
    of = project(tmp_path, {**FILES, "workflows/nightly.toml": NIGHTLY.replace(old, new, 1)})

    [found] = messages(of)
    assert found.startswith("/workflows/nightly.toml")
    assert message in found
    with pytest.raises(DefinitionError):
        of.pipelines.workflow("nightly")


def test_a_job_of_two_sections_is_refused_where_it_stands_again(tmp_path: Path) -> None:
    text = NIGHTLY + '\n[jobs.list]\nkind = "python"\n'
    [found] = messages(project(tmp_path, {**FILES, "workflows/nightly.toml": text}))
    assert found.startswith("/workflows/nightly.toml: cannot read it: Cannot declare ('jobs', 'list') twice (at line ")


def test_a_file_of_jobs_that_nothing_calls_is_named(tmp_path: Path) -> None:
    [found] = messages(project(tmp_path, {"jobs/list.py": LIST}))
    assert found.startswith("/jobs/list.py, line 1: it does not say which table it makes, and no workflow has a job")


def test_a_workflow_of_a_sources_name_is_refused(tmp_path: Path) -> None:
    files = {**BIKES, "workflows/bikes.toml": '[jobs.list]\nkind = "python"\n', "jobs/list.py": LIST}
    [found] = messages(project(tmp_path, files))
    assert found.startswith("/workflows/bikes.toml: the tables of the source bikes have a workflow of this name.")


def test_a_parameter_that_a_kind_does_not_take_is_told_with_its_line(tmp_path: Path) -> None:
    wrong = '[jobs.crawl]\nkind = "crawler"\n\n[jobs.crawl.parameters]\n# of a trusted sender\ndataset = "gone"\n'
    of = project(tmp_path, {"workflows/nightly.toml": wrong})

    [told] = messages(of)
    assert (
        "workflows/nightly.toml, line 6: [jobs.crawl.parameters]: dataset is 'gone'. Name one of the datasets" in told
    )


def test_a_file_of_a_function_is_no_table_and_no_job(tmp_path: Path) -> None:
    files = {
        "jobs/tell.py": "def handler(event, context):\n    return 1\n",
        "workflows/nightly.toml": '[jobs.told]\nkind = "call"\nparameters.function = "tell"\n',
    }
    of = project(tmp_path, files)

    assert messages(of) == []
    assert list(of.function_files) == ["tell"]
