"""`millrace dashboards publish`, `diff` and `pull`, against a double of Grafana."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from millrace.cli.terminal.app import app
from millrace.dashboards.grafana.publishing.api import GrafanaByApi
from millrace.dashboards.grafana.publishing.marks import marked
from millrace.dashboards.grafana.publishing.plans import NeededChange
from millrace.errors import MillraceError, ServiceBusy, ServiceRefused, SettingError, UsageError
from millrace.infra.project.project import Project
from millrace.project.folder import shipped_folder
from millrace.settings import Secret, Settings
from millrace.usecases.definitions.publishing import Publishing, contact_of, publishing, pull
from tests.doubles.grafana_server import TOKEN, GrafanaAnswer, GrafanaDouble
from tests.doubles.loopback_server import LoopbackResponse, LoopbackServer

PROJECT = Project(shipped_folder())
TAXIS, OPERATIONS = "millrace-taxis", "millrace-operations"
BUSY: GrafanaAnswer = (429, {"message": "too many requests"})


@dataclass
class Published:
    """A Grafana, and what publishes in it. `slept`: the seconds between tries."""

    grafana: GrafanaDouble
    slept: list[float]
    contact: Secret | None = None

    def opened(self, stage: str | None = None, *, token: str = TOKEN, timeout: float = 5.0) -> Publishing:
        server = GrafanaByApi.at(self.grafana.url, Secret(token), self.slept.append, timeout)
        return publishing(PROJECT, stage, server, Settings(Path(), grafana_contact=self.contact))

    def publish(self, stage: str | None = None, *, force: bool = False) -> dict[str, str]:
        return {one.thing.uid: str(one.change) for one in self.opened(stage).publish(force=force)}


@pytest.fixture
def published() -> Iterator[Published]:
    with closing((double := GrafanaDouble()).server):
        yield Published(double, [])


def test_everything_is_made_and_a_second_time_nothing_is_sent(published: Published) -> None:
    assert {*published.publish().values()} == {NeededChange.CREATE}
    grafana = published.grafana
    assert grafana.folders["millrace"]["title"] == "Millrace"
    assert grafana.sources["millrace"]["type"] == "grafana-athena-datasource"
    assert {*grafana.dashboards} == {TAXIS, OPERATIONS}
    assert {one["meta"]["folderUid"] for one in grafana.dashboards.values()} == {"millrace"}

    grafana.writes.clear()
    assert {*published.publish().values()} == {NeededChange.NONE}
    assert grafana.writes == []


def test_alert_rules_tell_the_contact_point_of_the_setting(published: Published) -> None:
    published.publish()
    rules = published.grafana.rules
    assert len(rules) == 4
    assert "notification_settings" not in next(iter(rules.values()))

    told = replace(published, contact=Secret("https://hooks.example.org/secret"))
    assert told.publish()["millrace-stale-data"] == NeededChange.UPDATE
    assert [one["settings"]["url"] for one in published.grafana.contacts.values()] == [
        "https://hooks.example.org/secret"
    ]
    assert {one["notification_settings"]["receiver"] for one in rules.values()} == {"millrace"}
    assert {*told.publish().values()} == {NeededChange.NONE}
    assert published.publish()["millrace-stale-data"] == NeededChange.UPDATE
    assert [one for one in rules.values() if "notification_settings" in one] == []


def test_an_alert_rule_that_a_person_changed_is_kept(published: Published) -> None:
    published.publish()
    published.grafana.rules["millrace-stale-data"]["for"] = "1h"

    assert published.publish()["millrace-stale-data"] == NeededChange.BY_A_PERSON
    assert published.grafana.rules["millrace-stale-data"]["for"] == "1h"


@pytest.mark.parametrize(
    ("address", "kind"), [("https://hooks.example.org/x", "webhook"), ("a@example.org", "email"), ("a", "")]
)
def test_a_contact_is_a_webhook_or_mail(address: str, kind: str) -> None:
    if not kind:
        with pytest.raises(SettingError, match="MILLRACE_GRAFANA_CONTACT is no address"):
            contact_of(Secret(address), "millrace")
        return
    contact = contact_of(Secret(address), "millrace")
    assert contact is not None
    assert contact.content["type"] == kind


def test_stages_are_beside_each_other(published: Published) -> None:
    for stage in (None, "dev", "prod"):
        published.publish(stage)

    grafana = published.grafana
    assert {*grafana.folders} == {*grafana.sources} == {"millrace", "millrace-dev", "millrace-prod"}
    assert "millrace-dev-taxis" in grafana.dashboards
    assert "millrace_dev_prod" in json.dumps(grafana.dashboards["millrace-dev-taxis"])
    assert grafana.sources["millrace-prod"]["jsonData"]["workgroup"] == "millrace_prod_readers"


def test_what_the_definition_changed_is_updated(published: Published) -> None:
    published.publish()
    [was] = [one for one in published.opened().things if one.uid == TAXIS]
    old = published.grafana.dashboards[TAXIS]["dashboard"]
    # As an earlier release had published it: another title, with the mark of that.
    earlier = marked(replace(was, content={**was.content, "title": "Taxis of before"}))
    published.grafana.dashboards[TAXIS]["dashboard"] = {**old, **earlier.content}

    assert published.publish()[TAXIS] == NeededChange.UPDATE
    assert published.grafana.dashboards[TAXIS]["dashboard"]["title"] == was.title


def test_what_a_person_changed_is_kept_and_taken_over_and_overwritten_only_by_force(
    published: Published, tmp_path: Path
) -> None:
    published.publish()
    published.grafana.edit(TAXIS, title="Our taxis", refresh="1m")
    published.grafana.writes.clear()

    assert published.publish()[TAXIS] == NeededChange.BY_A_PERSON
    assert published.grafana.writes == []
    [file] = pull(published.opened().plan(), tmp_path / "changed")
    pulled = json.loads(file.read_text())
    assert (file.name, pulled["title"], pulled["refresh"]) == (f"{TAXIS}.json", "Our taxis", "1m")
    assert not {"id", "version"} & pulled.keys()
    assert [one for one in pulled["tags"] if ":" in one] == []

    assert published.publish(force=True)[TAXIS] == NeededChange.BY_A_PERSON
    assert published.grafana.dashboards[TAXIS]["dashboard"]["title"] != "Our taxis"
    assert {*published.publish().values()} == {NeededChange.NONE}


def test_what_somebody_else_saves_in_between_is_not_lost(published: Published) -> None:
    published.publish()
    published.grafana.edit(TAXIS, title="Ours")
    opened = published.opened()
    published.grafana.before_save = lambda: published.grafana.edit(TAXIS, title="Theirs")

    with pytest.raises(ServiceBusy, match="412 about the dashboard") as refused:
        list(opened.publish(force=True))
    assert "give the command again" in str(refused.value)
    assert published.grafana.dashboards[TAXIS]["dashboard"]["title"] == "Theirs"


def test_what_was_cut_off_is_completed_by_the_next_one(published: Published) -> None:
    published.grafana.answers["POST /api/dashboards"] = [(500, {"message": "database is locked"})]
    with pytest.raises(ServiceBusy, match="database is locked"):
        published.publish()
    assert {*published.grafana.folders} == {"millrace"}

    found = published.publish()
    assert {found[uid] for uid in ("millrace", TAXIS, OPERATIONS)} >= {NeededChange.CREATE}
    assert {*published.grafana.dashboards} == {TAXIS, OPERATIONS}


def test_a_folder_that_was_deleted_is_made_again(published: Published) -> None:
    published.publish()
    for things in (published.grafana.folders, published.grafana.dashboards, published.grafana.rules):
        things.clear()  # a folder takes along what is in it

    assert published.publish()[TAXIS] == NeededChange.CREATE
    assert {*published.grafana.folders} == {"millrace"}
    assert {*published.grafana.dashboards} == {TAXIS, OPERATIONS}


def test_a_dashboard_stays_in_the_folder_that_a_person_moved_it_to(published: Published) -> None:
    published.publish()
    published.grafana.folders["ours"] = {"uid": "ours", "title": "Ours"}
    published.grafana.dashboards[TAXIS]["meta"]["folderUid"] = "ours"
    published.grafana.edit(TAXIS, title="Ours")

    published.publish(force=True)
    assert published.grafana.dashboards[TAXIS]["meta"]["folderUid"] == "ours"


def test_a_label_that_a_person_gave_a_rule_is_seen(published: Published) -> None:
    published.publish()
    published.grafana.rules["millrace-stale-data"]["labels"]["team"] = "feeds"

    assert published.publish()["millrace-stale-data"] == NeededChange.BY_A_PERSON


@pytest.mark.parametrize(
    ("asked", "status", "kind", "said"),
    [
        ("GET /api/folders", 403, ServiceRefused, "the role Editor"),
        ("POST /api/folders", 409, ServiceRefused, "Rename or delete"),
        ("POST /api/dashboards", 404, ServiceRefused, "deleted meanwhile"),
        ("POST /api/dashboards", 412, ServiceBusy, "give the command again"),
        ("POST /api/dashboards", 422, ServiceRefused, "Correct what it says"),
        ("POST /api/dashboards", 400, ServiceRefused, "make the change in Grafana"),
        ("GET /api/frontend", 500, ServiceBusy, "Grafana's log"),
    ],
)
def test_what_grafana_refuses_is_said_with_what_to_do(
    published: Published, asked: str, status: int, kind: type[MillraceError], said: str
) -> None:
    published.grafana.answers[asked] = [(status, {"message": "no, since"})]
    with pytest.raises(kind) as refused:
        published.publish()
    assert f"Grafana answers {status} about" in refused.value.message
    assert "no, since" in refused.value.message
    assert said in refused.value.hint


def test_a_wrong_token_is_refused_and_shown_nowhere(published: Published) -> None:
    with pytest.raises(ServiceRefused, match="401") as refused:
        published.opened(token="glsa_wrong-one")
    assert "MILLRACE_GRAFANA_TOKEN" in refused.value.hint
    assert "glsa_wrong-one" not in str(refused.value)


@pytest.mark.parametrize("token", ["glsa_x\n", "glsa x", "", "gl\u00e4sern"])
def test_a_token_that_is_none_is_refused_and_shown_nowhere(token: str) -> None:
    with pytest.raises(SettingError, match="the token for Grafana is none") as refused:
        GrafanaByApi.at("http://127.0.0.1:9/", Secret(token), lambda _: None)
    assert "glsa" not in str(refused.value)


def test_a_server_without_a_certificate_that_is_trusted_is_told(published: Published) -> None:
    url = published.grafana.url.replace("http:", "https:")
    with pytest.raises(UsageError, match="no certificate that is trusted"):
        GrafanaByApi.at(url, Secret(TOKEN), lambda _: None).version()


def test_where_it_has_too_much_to_do_it_is_asked_again_after_a_while(published: Published) -> None:
    published.grafana.answers["GET /api/folders"] = [BUSY, BUSY]
    assert published.publish()["millrace"] == NeededChange.CREATE
    assert published.slept == [1.0, 2.0]

    published.grafana.answers["GET /api/folders"] = [BUSY] * 4
    with pytest.raises(ServiceBusy, match="429"):
        published.publish()


@pytest.mark.parametrize(("version", "said"), [("11.6.0", "of version 11.6.0"), ("", "of version unknown")])
def test_an_old_version_is_refused(published: Published, version: str, said: str) -> None:
    published.grafana.version = version
    with pytest.raises(UsageError, match=said) as refused:
        published.publish()
    assert "12 or newer" in refused.value.hint


def test_without_the_plugin_it_says_how_to_install_it(published: Published) -> None:
    published.grafana.plugins = ("grafana-clock-panel",)
    with pytest.raises(UsageError, match="shows no plugin for Athena") as refused:
        published.publish()
    assert "plugins install grafana-athena-datasource" in refused.value.hint


def test_a_server_that_does_not_answer_in_time_is_busy(published: Published) -> None:
    published.grafana.before_save = lambda: time.sleep(0.5)
    with pytest.raises(ServiceBusy, match="gives no answer about the dashboard"):
        list(published.opened(timeout=0.2).publish(force=False))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1:9/", "cannot be reached"),
        ("ftp://host/", "is none"),
        ("http://user:secret@host/", "is none"),
    ],
)
def test_an_address_that_is_none_is_refused(url: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as refused:
        GrafanaByApi.at(url, Secret(TOKEN), lambda _: None).version()
    assert "secret" not in str(refused.value)


def test_another_program_at_the_address_and_a_redirection_are_told(published: Published) -> None:
    for answer, said in (
        (LoopbackResponse(200, b"<html>"), "does not answer as Grafana does"),
        (LoopbackResponse(302, b"", (("Location", published.grafana.url),)), "sends us to another address"),
    ):
        other = LoopbackServer(lambda _, given=answer: given)  # type: ignore[misc]
        with closing(other), pytest.raises(UsageError, match=said):
            GrafanaByApi.at(other.url, Secret(TOKEN), lambda _: None).version()
    assert published.grafana.writes == []


class TestCommands:
    """As they are typed."""

    @pytest.fixture(autouse=True)
    def _settings(self, published: Published, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MILLRACE_GRAFANA_URL", published.grafana.url)
        monkeypatch.setenv("MILLRACE_GRAFANA_TOKEN", TOKEN)

    @staticmethod
    def typed(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["dashboards", *arguments])
        assert TOKEN not in done.output
        return done.exit_code, done.output

    def test_publish_says_what_became_of_each_thing(self, published: Published) -> None:
        code, said = self.typed("publish")
        assert (code, "folder Millrace: made" in said, "dashboard Singapore taxis: made" in said) == (0, True, True)
        published.grafana.edit(TAXIS, title="Ours")
        code, said = self.typed("publish", "--stage", "dev", "--folder", "Feeds of dev")
        assert (code, "folder Feeds of dev: made" in said) == (0, True)
        code, said = self.typed("publish")
        assert (code, "dashboard Singapore taxis: kept as people changed it" in said) == (1, True)
        assert self.typed("publish", "--force")[0] == 0

    def test_another_title_of_the_folder_is_given_to_it(self, published: Published) -> None:
        self.typed("publish")
        published.grafana.folders["millrace"]["title"] = "Renamed by a person"
        assert self.typed("publish")[0] == 0
        assert published.grafana.folders["millrace"]["title"] == "Renamed by a person"
        self.typed("publish", "--folder", "Feeds")
        assert published.grafana.folders["millrace"]["title"] == "Feeds"

    def test_an_address_of_people_is_shown_nowhere(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MILLRACE_GRAFANA_CONTACT", "https://hooks.example.org/one-secret")
        for arguments in (("diff",), ("publish",), ("publish",)):
            assert "one-secret" not in self.typed(*arguments)[1]
        monkeypatch.setenv("MILLRACE_GRAFANA_CONTACT", "https://hooks.example.org/two-secret")
        code, said = self.typed("diff")
        assert (code, "contact point millrace: changed in Grafana" in said, "secret" in said) == (1, True, False)

    def test_diff_shows_the_lines_and_ends_with_one(self, published: Published) -> None:
        assert self.typed("diff")[0] == 1
        self.typed("publish")
        assert self.typed("diff") == (0, "Grafana has everything as it is defined\n")
        published.grafana.edit(TAXIS, title="Ours")
        code, said = self.typed("diff")
        assert (code, '- "title": "Ours",' in said, '+ "title": "Singapore taxis",' in said) == (1, True, True)

    def test_pull_writes_what_people_changed(self, published: Published, tmp_path: Path) -> None:
        self.typed("publish")
        assert "nobody changed a dashboard" in self.typed("pull", "--output", str(tmp_path))[1]
        published.grafana.edit(OPERATIONS, title="Ours")
        code, said = self.typed("pull", "--output", str(tmp_path))
        assert (code, f"{OPERATIONS}.json" in said) == (0, True)

    @pytest.mark.parametrize(
        ("missing", "said"), [("URL", "nobody says where Grafana is"), ("TOKEN", "there is no token")]
    )
    def test_a_missing_setting_is_named(self, monkeypatch: pytest.MonkeyPatch, missing: str, said: str) -> None:
        monkeypatch.delenv(f"MILLRACE_GRAFANA_{missing}")
        done = CliRunner().invoke(app, ["dashboards", "publish"])
        assert said in str(done.exception)
        assert f"MILLRACE_GRAFANA_{missing}" in str(done.exception)
