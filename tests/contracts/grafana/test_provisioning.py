"""Files of `docker compose` and of Grafana's provisioning: by their schema, and by what reads them. Nothing starts."""

from __future__ import annotations

import importlib
import re
import subprocess
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import click
import pytest
from typer.main import get_command

from millrace.cli.terminal.app import app
from millrace.dashboards.grafana.provisioning.files import DASHBOARDS, StageAthena, provisioning_files
from millrace.environment import load
from tests.contracts.stack.outside.installed import installed

VERSION = "0.39.0"
yaml: Any = importlib.import_module("yaml")  # which has no types
STAGE = StageAthena("dev", "millrace_dev_prod", "millrace_dev_readers")
# Of the Athena data source's documentation, "Configure", and of its provisioning.
JSON_DATA = {"authType", "defaultRegion", "endpoint", "catalog", "database", "workgroup"}
SECRETS = {"accessKey", "secretKey"}


def files(stage: StageAthena | None = None) -> dict[str, Any]:
    return {place: yaml.safe_load(text) for place, text in provisioning_files(stage).items()}


def compose() -> Any:
    return files()["compose.yaml"]


def refused(document: Mapping[str, Any], folder: Path) -> str:
    """What the Compose Specification's schema has against a file; "" for nothing."""
    python = installed("check_jsonschema", VERSION) / "bin" / "python"
    file = folder / "compose.yaml"
    file.write_text(yaml.safe_dump(document))
    command = (python, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", file)
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout if done.returncode else ""


def test_the_compose_file_is_one(tmp_path: Path) -> None:
    assert refused(compose(), tmp_path) == ""


@pytest.mark.parametrize(
    ("service", "key", "value"),
    [("grafana", "port", ["3000:3000"]), ("millrace", "command", 8), ("grafana", "depends_on", "millrace")],
)
def test_a_wrong_compose_file_is_refused(tmp_path: Path, service: str, key: str, value: object) -> None:
    wrong = deepcopy(compose())
    wrong["services"][service][key] = value
    assert f"services.{service}" in refused(wrong, tmp_path)


def test_what_the_container_of_millrace_runs_is_a_command_of_it() -> None:
    name, *given = compose()["services"]["millrace"]["command"][1:]
    group: Any = get_command(app)
    command = group.get_command(click.Context(group), name)
    found = command.make_context(name, list(given)).params
    assert (found["host"], found["port"], found["athena"]) == ("0.0.0.0", 8090, 8765)


def test_both_containers_have_the_same_keys_of_the_athena_api() -> None:
    services, [source] = compose()["services"], files()["provisioning/datasources/millrace.yaml"]["datasources"]
    environ = services["millrace"]["environment"]
    access = load(Path(), environ).athena
    assert access is not None
    assert access.key_id == source["secureJsonData"]["accessKey"]
    name = source["secureJsonData"]["secretKey"].removeprefix("$")
    assert services["grafana"]["environment"][name] == environ["MILLRACE_ATHENA_SECRET_KEY"]


def test_the_data_source_asks_the_container_beside_it() -> None:
    [source] = files()["provisioning/datasources/millrace.yaml"]["datasources"]
    host, port = re.fullmatch(r"http://(\w+):(\d+)", source["jsonData"]["endpoint"]).groups()  # type: ignore[union-attr]
    assert host in compose()["services"]
    assert port in compose()["services"][host]["command"]


@pytest.mark.parametrize("stage", [None, STAGE], ids=["local", "dev"])
def test_the_data_source_has_what_the_plugin_reads_and_no_secret(stage: StageAthena | None) -> None:
    [source] = files(stage)["provisioning/datasources/millrace.yaml"]["datasources"]
    uid = "millrace-dev" if stage else "millrace"
    assert (source["type"], source["uid"]) == ("grafana-athena-datasource", uid)
    assert source["jsonData"].keys() <= JSON_DATA
    assert source.get("secureJsonData", {}).keys() <= SECRETS
    assert str(source.get("secureJsonData", {"secretKey": "$"})["secretKey"]).startswith("$")
    assert source["jsonData"]["database"] == (stage.database if stage else "prod")


def test_grafana_finds_the_dashboards_where_the_compose_file_puts_them() -> None:
    [provider] = files()["provisioning/dashboards/millrace.yaml"]["providers"]
    mounted = dict(one.split(":")[:2][::-1] for one in compose()["services"]["grafana"]["volumes"])
    assert mounted[provider["options"]["path"]] == f"./{DASHBOARDS}"
    assert mounted["/etc/grafana/provisioning"] == "./provisioning"


def test_for_a_stage_there_is_no_container_of_a_lake() -> None:
    assert "compose.yaml" not in files(STAGE)
    assert "compose.yaml" in files()


def test_every_port_is_published_on_loopback_alone() -> None:
    ports = [one for service in compose()["services"].values() for one in service.get("ports", ())]
    assert ports
    assert all(one.startswith("127.0.0.1:") for one in ports)
