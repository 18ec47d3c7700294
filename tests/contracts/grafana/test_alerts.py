"""The alert rules that ship are accepted by every judge, and each wrong one is refused; so with who is told of them."""

from __future__ import annotations

import json
from copy import deepcopy

import pytest

from millrace.dashboards.grafana.alerting.contacts import Contact, contact_settings, telling
from millrace.dashboards.grafana.alerting.files import VARIABLES, alerting_files
from millrace.usecases.definitions.dashboards import left_out, rendered_alerts
from tests.contracts.grafana.alert_mutations import ALERT_MUTATIONS
from tests.contracts.grafana.judges import ALERT_JUDGES
from tests.contracts.grafana.mutations import WrongDashboard
from tests.contracts.grafana.outside import foundation_sdk
from tests.contracts.grafana.shipped import alerts, project

STALE = "millrace-stale-data"
OF_LAKE = ["ledger-out-of-balance", "quality-failure", "stale-data", "unusual-level"]
PLACES = [f"provisioning/alerting/{name}.yaml" for name in ("rules", "contact")]


@pytest.mark.parametrize("judge", ALERT_JUDGES)
@pytest.mark.parametrize(
    ("stage", "names"), [(None, OF_LAKE), ("dev", ["stale-data", "unusual-level"])], ids=["local", "dev"]
)
def test_each_judge_accepts_each_alert(judge: str, stage: str | None, names: list[str]) -> None:
    found = {uid: ALERT_JUDGES[judge](content) for uid, content in alerts(stage).items()}
    of_lake = f"millrace-{stage}" if stage else "millrace"
    assert found == {f"{of_lake}-{name}": [] for name in names}
    told = [line for line in left_out(project(), stage) if line.startswith("in Grafana there is no alert ")]
    assert {line.split("alert ")[1].split(":")[0] for line in told} == {*OF_LAKE} - {*names}


@pytest.mark.parametrize("mutation", ALERT_MUTATIONS, ids=lambda one: one.name)
def test_each_wrong_alert_is_refused(mutation: WrongDashboard) -> None:
    wrong = deepcopy(alerts()[STALE])
    mutation.change(wrong)
    assert wrong != alerts()[STALE]
    assert mutation.said in "\n".join(ALERT_JUDGES[mutation.judge](wrong))


@pytest.mark.parametrize("contact", Contact)
def test_a_contact_point_has_no_secret_and_each_rule_leads_to_it(contact: Contact) -> None:
    files = alerting_files(rendered_alerts(project()), contact)
    read = {place: json.loads(text.partition("\n")[2]) for place, text in files.items()}
    [point] = read[PLACES[1]]["contactPoints"]
    [receiver] = point["receivers"]
    assert foundation_sdk({"name": point["name"], **receiver}, "contact") == []
    assert receiver["settings"] == contact_settings(contact, f"$__env{{{VARIABLES[contact]}}}")
    rules = [rule for group in read[PLACES[0]]["groups"] for rule in group["rules"]]
    assert {rule["notification_settings"]["receiver"] for rule in rules} == {point["name"]}
    repeated = {rule["labels"]["severity"]: rule["notification_settings"]["repeat_interval"] for rule in rules}
    assert repeated == {"critical": "4h", "warning": "1d"}


@pytest.mark.parametrize("judge", ALERT_JUDGES)
def test_each_judge_accepts_rules_that_say_who_is_told(judge: str) -> None:
    told = [telling(one, "people") for one in rendered_alerts(project())]
    assert [ALERT_JUDGES[judge](dict(one.content)) for one in told] == [[]] * len(OF_LAKE)


def test_files_have_the_rules_that_the_api_has_with_each_dollar_twice() -> None:
    files = alerting_files(rendered_alerts(project()), Contact.WEBHOOK)
    assert [*files] == PLACES
    read = {place: json.loads(text.partition("\n")[2]) for place, text in files.items()}
    [group] = read[PLACES[0]]["groups"]
    assert (group["folder"], group["interval"]) == ("Millrace", "10m")
    for rule in group["rules"]:
        of_api = {**alerts()[rule["uid"]], "notification_settings": rule["notification_settings"]}
        assert json.loads(json.dumps(rule).replace("$$", "$")) == {name: of_api[name] for name in rule}
        assert "$" not in json.dumps(rule).replace("$$", "")
    [point] = read[PLACES[1]]["contactPoints"]
    assert point["receivers"][0]["settings"]["url"] == "$__env{MILLRACE_ALERTS_WEBHOOK}"
