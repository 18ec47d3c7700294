"""What publishing makes, changes and keeps in a Grafana."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from millrace.dashboards.grafana.publishing.marks import marked
from millrace.dashboards.grafana.publishing.plans import NeededChange
from millrace.errors import ServiceBusy, SettingError
from millrace.settings import Secret
from millrace.usecases.definitions.publishing import contact_of, pull
from tests.end_to_end.grafana.published import OPERATIONS, TAXIS, Published


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
