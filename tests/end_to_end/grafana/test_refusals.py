"""A Grafana that cannot be used, or that refuses: one message each, with what to do, and without the token."""

from __future__ import annotations

import time
from contextlib import closing

import pytest

from millrace.dashboards.grafana.publishing.api import GrafanaByApi
from millrace.dashboards.grafana.publishing.plans import NeededChange
from millrace.errors import MillraceError, ServiceBusy, ServiceRefused, SettingError, UsageError
from millrace.settings import Secret
from tests.doubles.grafana_server import TOKEN, GrafanaAnswer
from tests.doubles.loopback_server import LoopbackResponse, LoopbackServer
from tests.end_to_end.grafana.published import Published

BUSY: GrafanaAnswer = (429, {"message": "too many requests"})


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
