"""The alert rules that ship are accepted by every judge, and each wrong one is refused; so with who is told of them."""

from __future__ import annotations

import json
from copy import deepcopy

import pytest

from millrace.dashboards.grafana.alerting.files import CONTACT, Contact, alerting_files, contact_settings, policy
from millrace.usecases.definitions.dashboards import alerts_left_out, rendered_alerts
from tests.contracts.grafana.alert_mutations import ALERT_MUTATIONS
from tests.contracts.grafana.judges import ALERT_JUDGES
from tests.contracts.grafana.mutations import WrongDashboard
from tests.contracts.grafana.outside import foundation_sdk
from tests.contracts.grafana.shipped import alerts, project

STALE = "millrace-stale-data"
OF_LAKE = ["ledger-out-of-balance", "quality-failure", "stale-data", "unusual-level"]
PLACES = [f"provisioning/alerting/{name}.yaml" for name in ("rules", "contact", "policy")]


@pytest.mark.parametrize("judge", ALERT_JUDGES)
@pytest.mark.parametrize(
    ("stage", "names"), [(None, OF_LAKE), ("dev", ["stale-data", "unusual-level"])], ids=["local", "dev"]
)
def test_each_judge_accepts_each_alert(judge: str, stage: str | None, names: list[str]) -> None:
    found = {uid: ALERT_JUDGES[judge](content) for uid, content in alerts(stage).items()}
    of_lake = f"millrace-{stage}" if stage else "millrace"
    assert found == {f"{of_lake}-{name}": [] for name in names}
    assert {*alerts_left_out(project(), stage)} == {*OF_LAKE} - {*names}


@pytest.mark.parametrize("mutation", ALERT_MUTATIONS, ids=lambda one: one.name)
def test_each_wrong_alert_is_refused(mutation: WrongDashboard) -> None:
    wrong = deepcopy(alerts()[STALE])
    mutation.change(wrong)
    assert wrong != alerts()[STALE]
    assert mutation.said in "\n".join(ALERT_JUDGES[mutation.judge](wrong))


@pytest.mark.parametrize("contact", Contact)
def test_a_contact_point_has_no_secret_and_the_policy_leads_to_it(contact: Contact) -> None:
    point = {"name": CONTACT, "type": contact.value, "settings": contact_settings(contact)}
    assert foundation_sdk(point, "contact") == []
    assert foundation_sdk(policy(), "policy") == []
    assert "$__env{MILLRACE_ALERTS_" in json.dumps(point)
    routes = policy()["routes"]
    assert {route["receiver"] for route in routes} == {CONTACT}
    told = [{(name, value) for name, _, value in route["object_matchers"]} for route in routes]
    for uid, rule in alerts().items():
        labels = {*rule["labels"].items()}
        assert [route <= labels for route in told].count(True) == 1, uid


def test_files_have_the_rules_that_the_api_has_with_each_dollar_twice() -> None:
    files = alerting_files(rendered_alerts(project()), Contact.WEBHOOK)
    assert [*files] == PLACES
    read = {place: json.loads(text.partition("\n")[2]) for place, text in files.items()}
    [group] = read[PLACES[0]]["groups"]
    assert (group["folder"], group["interval"]) == ("Millrace", "10m")
    for rule in group["rules"]:
        of_api = alerts()[rule["uid"]]
        assert json.loads(json.dumps(rule).replace("$$", "$")) == {name: of_api[name] for name in rule}
        assert "$" not in json.dumps(rule).replace("$$", "")
    [point] = read[PLACES[1]]["contactPoints"]
    assert point["receivers"][0]["settings"]["url"] == "$__env{MILLRACE_ALERTS_WEBHOOK}"
