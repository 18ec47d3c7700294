"""Settings for a Spark outside Glue and EMR to reach S3: Hadoop's own connector, downloaded by Spark on first use.

Glue and EMR bring a connector of their own and run under spark-submit, where none of this applies. The connector is of
the same version as the Hadoop that Spark has. It asks for the whole AWS SDK (280 MB, later 640 MB); only the parts that
it needs here are loaded. Sources: "Hadoop-AWS module" of Hadoop 3.3.4 and 3.4.2, and their hadoop-project's pom.xml.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path


@dataclass(frozen=True)
class ConnectorParts:
    """What of the AWS SDK a version of the connector is given, and `whole`, what it asks for."""

    parts: Sequence[str]
    whole: str


_CONNECTORS = {
    "3.3.4": ConnectorParts(  # of pyspark 3.5
        [f"com.amazonaws:aws-java-sdk-{part}:1.12.262" for part in ("core", "dynamodb", "kms", "s3", "sts")],
        "com.amazonaws:aws-java-sdk-bundle",
    ),
    "3.4.2": ConnectorParts(  # of pyspark 4.1
        [f"software.amazon.awssdk:{part}:2.29.52" for part in ("kms", "s3", "s3-transfer-manager", "sts")],
        "software.amazon.awssdk:bundle",
    ),
}


def hadoop_of_spark() -> str | None:
    """The version of Hadoop that the installed pyspark has; None: there is no pyspark, or it brings no Hadoop."""
    found = find_spec("pyspark")
    folders = found.submodule_search_locations if found else None
    start = "hadoop-client-api-"
    jars = [jar for folder in folders or () for jar in Path(folder, "jars").glob(f"{start}*.jar")]
    return jars[0].stem.removeprefix(start) if jars else None


def s3_settings(endpoint: str | None, region: str, hadoop: str | None) -> dict[str, str]:
    """Spark's settings. `endpoint` replaces S3's own address; credentials come from the usual places of AWS tools.

    `hadoop`: Spark's version of it; without one Spark keeps the connector that it has.
    """
    settings = {"fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem"}
    if region:
        settings["fs.s3a.endpoint.region"] = region
    if endpoint:
        settings |= {
            "fs.s3a.endpoint": endpoint,
            "fs.s3a.path.style.access": "true",
            "fs.s3a.connection.ssl.enabled": str(endpoint.startswith("https:")).lower(),
        }
    return {**_packages(hadoop), **{f"spark.hadoop.{name}": value for name, value in settings.items()}}


def _packages(hadoop: str | None) -> dict[str, str]:
    """A version whose needs are not known here gets all that it asks for."""
    if hadoop is None:
        return {}
    connector = f"org.apache.hadoop:hadoop-aws:{hadoop}"
    known = _CONNECTORS.get(hadoop)
    if known is None:
        return {"spark.jars.packages": connector}
    return {"spark.jars.packages": ",".join([connector, *known.parts]), "spark.jars.excludes": known.whole}
