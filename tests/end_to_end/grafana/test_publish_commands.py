"""`millrace dashboards publish`, `diff` and `pull`, as they are typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from millrace.cli.terminal.app import app
from tests.doubles.grafana_server import TOKEN
from tests.end_to_end.grafana.published import OPERATIONS, TAXIS, Published


@pytest.fixture(autouse=True)
def _settings(published: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILLRACE_GRAFANA_URL", published.grafana.url)
    monkeypatch.setenv("MILLRACE_GRAFANA_TOKEN", TOKEN)


def typed(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["dashboards", *arguments])
    assert TOKEN not in done.output
    return done.exit_code, done.output


def test_publish_says_what_became_of_each_thing(published: Published) -> None:
    code, said = typed("publish")
    assert (code, "folder Millrace: made" in said, "dashboard Singapore taxis: made" in said) == (0, True, True)
    published.grafana.edit(TAXIS, title="Ours")
    code, said = typed("publish", "--stage", "dev", "--folder", "Feeds of dev")
    assert (code, "folder Feeds of dev: made" in said) == (0, True)
    code, said = typed("publish")
    assert (code, "dashboard Singapore taxis: kept as people changed it" in said) == (1, True)
    assert typed("publish", "--force")[0] == 0


def test_another_title_of_the_folder_is_given_to_it(published: Published) -> None:
    typed("publish")
    published.grafana.folders["millrace"]["title"] = "Renamed by a person"
    assert typed("publish")[0] == 0
    assert published.grafana.folders["millrace"]["title"] == "Renamed by a person"
    typed("publish", "--folder", "Feeds")
    assert published.grafana.folders["millrace"]["title"] == "Feeds"


def test_an_address_of_people_is_shown_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILLRACE_GRAFANA_CONTACT", "https://hooks.example.org/one-secret")
    for arguments in (("diff",), ("publish",), ("publish",)):
        assert "one-secret" not in typed(*arguments)[1]
    monkeypatch.setenv("MILLRACE_GRAFANA_CONTACT", "https://hooks.example.org/two-secret")
    code, said = typed("diff")
    assert (code, "contact point millrace: changed in Grafana" in said, "secret" in said) == (1, True, False)


def test_diff_shows_the_lines_and_ends_with_one(published: Published) -> None:
    assert typed("diff")[0] == 1
    typed("publish")
    assert typed("diff") == (0, "Grafana has everything as it is defined\n")
    published.grafana.edit(TAXIS, title="Ours")
    code, said = typed("diff")
    assert (code, '- "title": "Ours",' in said, '+ "title": "Singapore taxis",' in said) == (1, True, True)


def test_pull_writes_what_people_changed(published: Published, tmp_path: Path) -> None:
    typed("publish")
    assert "nobody changed a dashboard" in typed("pull", "--output", str(tmp_path))[1]
    published.grafana.edit(OPERATIONS, title="Ours")
    code, said = typed("pull", "--output", str(tmp_path))
    assert (code, f"{OPERATIONS}.json" in said) == (0, True)


@pytest.mark.parametrize(("missing", "said"), [("URL", "nobody says where Grafana is"), ("TOKEN", "there is no token")])
def test_a_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch, missing: str, said: str) -> None:
    monkeypatch.delenv(f"MILLRACE_GRAFANA_{missing}")
    done = CliRunner().invoke(app, ["dashboards", "publish"])
    assert said in str(done.exception)
    assert f"MILLRACE_GRAFANA_{missing}" in str(done.exception)
