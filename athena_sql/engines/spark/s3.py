"""How a Spark that is not on Glue or EMR reaches S3: Hadoop's own connector, fetched by Spark where it is first used.

Glue and EMR bring a connector of their own and run under spark-submit, where none of this applies. Source: Hadoop
3.3.4, "Hadoop-AWS module". Of the AWS SDK that the connector wants whole (280 MB) only these parts are loaded.
"""

from __future__ import annotations

_HADOOP = "3.3.4"  # of pyspark 3.5
_SDK = "1.12.262"
_SDK_PARTS = ("core", "dynamodb", "kms", "s3", "sts")


def s3_settings(endpoint: str | None, region: str) -> dict[str, str]:
    """Spark's settings. `endpoint` stands for S3's own address; credentials are found as every AWS tool does."""
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
