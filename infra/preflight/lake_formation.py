"""Lake Formation: whether it decides about access to new databases and tables, beside IAM.

Source: Lake Formation developer guide, "Changing the default settings for your data lake".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from millrace.aws.calls import translated
from millrace.aws.glue_layout import candidate_database, crawled_database, databases, raw_database
from millrace.errors import ServiceRefused
from millrace.infra.preflight.findings import AccountFinding, RoomVerdict
from millrace.infra.runtime.aws_clients import AwsClients

_WHAT = "Lake Formation"
_BY_IAM = "IAM_ALLOWED_PRINCIPALS"


def lake_formation_finding(clients: AwsClients, stage: str, *, crawled: bool = False) -> AccountFinding:
    """Where Lake Formation decides, what it has to be told. `crawled`: whether a crawler makes tables of datasets."""
    try:
        with translated("lakeformation", "the settings of the data lake"):
            settings = clients.client("lakeformation").get_data_lake_settings()["DataLakeSettings"]
    except ServiceRefused as refused:
        return AccountFinding(_WHAT, RoomVerdict.UNKNOWN, str(refused))
    defaults = (settings.get(f"Create{what}DefaultPermissions", ()) for what in ("Database", "Table"))
    if all(map(_is_of_iam, defaults)):
        return AccountFinding(_WHAT, RoomVerdict.ENOUGH, "access to new tables is IAM's alone")
    return AccountFinding(
        _WHAT, RoomVerdict.GRANTS, f"it decides about access to new tables. {_grants(stage, crawled)}"
    )


def _grants(stage: str, crawled: bool) -> str:
    written = [*databases(stage).values(), candidate_database(stage)]
    inferred = [crawled_database(stage)] if crawled else []
    to_crawler = f" grant the role of the crawler of datasets the same on {inferred[0]};" if crawled else ""
    return (
        "Make the role that deploys a database creator; grant the roles of Glue jobs all permissions on"
        f" {', '.join(written)}, their tables, and the bucket as a data location;{to_crawler} grant Grafana's role"
        f" DESCRIBE and SELECT on {', '.join([raw_database(stage), *databases(stage).values(), *inferred])}."
    )


def _is_of_iam(permissions: Sequence[Any]) -> bool:
    return any(
        one["Principal"]["DataLakePrincipalIdentifier"] == _BY_IAM and "ALL" in one["Permissions"]
        for one in permissions
    )
