"""What Grafana may do: read what is published, through the readers' workgroup, and nothing else.

Athena reads tables and writes results as the caller (Athena user guide, "Fine-grained access to databases and tables",
"Control access to Amazon S3 from Athena", "Use prepared statements").
"""

from __future__ import annotations

from typing import Any

from millrace.aws.glue_layout import crawled_database, databases, raw_database
from millrace.infra.stack.access import allow, role_for
from millrace.infra.stack.deployment import BUCKET, Deployment, arn, arn_of, lake_objects
from millrace.infra.stack.encryption import keys
from millrace.infra.stack.orchestration.run_access import catalog_arns
from millrace.infra.stack.queries import READERS, RUNS_QUERIES, results
from millrace.lake.keys import PROD, RAW, STAGING

_PREPARED = ("athena:GetPreparedStatement",)  # which EXECUTE asks for
_RESULTS = ("s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts")
_CATALOG = (
    *("glue:GetDatabase", "glue:GetDatabases", "glue:GetTable", "glue:GetTables"),
    *("glue:GetPartition", "glue:GetPartitions", "glue:BatchGetPartition"),
)
_LISTS = ("athena:ListDatabases", "athena:ListTableMetadata", "athena:GetTableMetadata", "athena:GetDataCatalog")


def grafana(deployment: Deployment) -> list[Any]:
    principal, stage = deployment.stage.access.grafana, deployment.stage.name
    if not principal:
        return []
    prepared = _PREPARED if deployment.stage.athena.prepared_statements else ()
    datasets = deployment.definitions.crawled
    crawled = [crawled_database(stage)] if datasets else []
    read = (raw_database(stage), *databases(stage).values(), *crawled)
    statements = [
        allow((*RUNS_QUERIES, *prepared), arn("athena", f"workgroup/{deployment.underscored(READERS)}")),
        allow(_LISTS, arn("athena", "datacatalog/AwsDataCatalog")),
        allow(_CATALOG, catalog_arns(*read)),
        allow(["s3:GetObject"], lake_objects(f"{RAW}/", f"{STAGING}/", f"{PROD}/", *(one.folder for one in datasets))),
        allow(_RESULTS, lake_objects(results(READERS))),
        allow(["s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads"], arn_of(BUCKET)),
        *keys(deployment, "s3"),
    ]
    return [role_for(deployment, "GrafanaRole", principal, statements)]
