"""Settings for a Spark outside Glue and EMR to reach S3: Hadoop's own connector, downloaded by Spark on first use.

Glue and EMR bring a connector of their own and run under spark-submit, where none of this applies. The connector asks
for the whole AWS SDK (280 MB); only the parts that it needs here are loaded. Source: Hadoop 3.3.4, "Hadoop-AWS module".
"""

from __future__ import annotations

_HADOOP = "3.3.4"  # of pyspark 3.5
_SDK = "1.12.262"
_SDK_PARTS = ("core", "dynamodb", "kms", "s3", "sts")


def s3_settings(endpoint: str | None, region: str) -> dict[str, str]:
    """Spark's settings. `endpoint` replaces S3's own address; credentials come from the usual places of AWS tools."""
    packages = [f"org.apache.hadoop:hadoop-aws:{_HADOOP}"]
    packages += [f"com.amazonaws:aws-java-sdk-{part}:{_SDK}" for part in _SDK_PARTS]
    hadoop = {"fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem"}
    if region:
        hadoop["fs.s3a.endpoint.region"] = region
    if endpoint:
        hadoop |= {
            "fs.s3a.endpoint": endpoint,
            "fs.s3a.path.style.access": "true",
            "fs.s3a.connection.ssl.enabled": str(endpoint.startswith("https:")).lower(),
        }
    return {
        "spark.jars.packages": ",".join(packages),
        "spark.jars.excludes": "com.amazonaws:aws-java-sdk-bundle",
        **{f"spark.hadoop.{name}": value for name, value in hadoop.items()},
    }
