"""The requests that the service takes, as data: the part of the service's model that the endpoint checks.

A test holds it equal to botocore's model, which a lake on one machine need not have.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RequestShape:
    """What a member of a request may be.

    `least` and `most`: of an integer its value, of texts and lists their length. `values`: all that a text may be; ()
    for any. `items`: the shape of a list's items. `members`: of a structure, by name, the names of their shapes;
    `required` are those that must be given. Keys and values of a map are not checked.
    """

    kind: str
    least: int | None = None
    most: int | None = None
    pattern: str = ""
    values: tuple[str, ...] = ()
    items: str = ""
    members: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()


def _structure(**members: str) -> RequestShape:
    """The shape of each member; one with `!` is required."""
    return RequestShape(
        "structure",
        members={name: shape.removesuffix("!") for name, shape in members.items()},
        required=tuple(name for name, shape in members.items() if shape.endswith("!")),
    )


_TEXTS = r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*"

# Of an operation the request is `<operation>Input`.
SHAPES: Mapping[str, RequestShape] = {
    "AclConfiguration": _structure(S3AclOption="S3AclOption!"),
    "BatchGetNamedQueryInput": _structure(NamedQueryIds="NamedQueryIdList!"),
    "BatchGetPreparedStatementInput": _structure(
        PreparedStatementNames="PreparedStatementNameList!", WorkGroup="WorkGroupName!"
    ),
    "BatchGetQueryExecutionInput": _structure(QueryExecutionIds="QueryExecutionIdList!"),
    "Classification": _structure(Name="NameString", Properties="ParametersMap"),
    "CreateNamedQueryInput": _structure(
        Name="NameString!",
        Description="DescriptionString",
        Database="DatabaseString!",
        QueryString="QueryString!",
        ClientRequestToken="IdempotencyToken",
        WorkGroup="WorkGroupName",
    ),
    "CreatePreparedStatementInput": _structure(
        StatementName="StatementName!",
        WorkGroup="WorkGroupName!",
        QueryStatement="QueryString!",
        Description="DescriptionString",
    ),
    "DeleteNamedQueryInput": _structure(NamedQueryId="NamedQueryId!"),
    "DeletePreparedStatementInput": _structure(StatementName="StatementName!", WorkGroup="WorkGroupName!"),
    "EncryptionConfiguration": _structure(EncryptionOption="EncryptionOption!", KmsKey="String"),
    "EngineConfiguration": _structure(
        CoordinatorDpuSize="CoordinatorDpuSize",
        MaxConcurrentDpus="MaxConcurrentDpus",
        DefaultExecutorDpuSize="DefaultExecutorDpuSize",
        AdditionalConfigs="ParametersMap",
        SparkProperties="ParametersMap",
        Classifications="ClassificationList",
    ),
    "GetDataCatalogInput": _structure(Name="CatalogNameString!", WorkGroup="WorkGroupName"),
    "GetDatabaseInput": _structure(
        CatalogName="CatalogNameString!", DatabaseName="NameString!", WorkGroup="WorkGroupName"
    ),
    "GetNamedQueryInput": _structure(NamedQueryId="NamedQueryId!"),
    "GetPreparedStatementInput": _structure(StatementName="StatementName!", WorkGroup="WorkGroupName!"),
    "GetQueryExecutionInput": _structure(QueryExecutionId="QueryExecutionId!"),
    "GetQueryResultsInput": _structure(
        QueryExecutionId="QueryExecutionId!",
        NextToken="Token",
        MaxResults="MaxQueryResults",
        QueryResultType="QueryResultType",
    ),
    "GetQueryRuntimeStatisticsInput": _structure(QueryExecutionId="QueryExecutionId!"),
    "GetTableMetadataInput": _structure(
        CatalogName="CatalogNameString!", DatabaseName="NameString!", TableName="NameString!", WorkGroup="WorkGroupName"
    ),
    "GetWorkGroupInput": _structure(WorkGroup="WorkGroupName!"),
    "ListDataCatalogsInput": _structure(
        NextToken="Token", MaxResults="MaxDataCatalogsCount", WorkGroup="WorkGroupName"
    ),
    "ListDatabasesInput": _structure(
        CatalogName="CatalogNameString!",
        NextToken="Token",
        MaxResults="MaxDatabasesCount",
        WorkGroup="WorkGroupName",
        AttributesToGet="DatabaseAttributesList",
    ),
    "ListEngineVersionsInput": _structure(NextToken="Token", MaxResults="MaxEngineVersionsCount"),
    "ListNamedQueriesInput": _structure(
        NextToken="Token", MaxResults="MaxNamedQueriesCount", WorkGroup="WorkGroupName"
    ),
    "ListPreparedStatementsInput": _structure(
        WorkGroup="WorkGroupName!", NextToken="Token", MaxResults="MaxPreparedStatementsCount"
    ),
    "ListQueryExecutionsInput": _structure(
        NextToken="Token", MaxResults="MaxQueryExecutionsCount", WorkGroup="WorkGroupName"
    ),
    "ListTableMetadataInput": _structure(
        CatalogName="CatalogNameString!",
        DatabaseName="NameString!",
        Expression="ExpressionString",
        NextToken="Token",
        MaxResults="MaxTableMetadataCount",
        WorkGroup="WorkGroupName",
        AttributesToGet="TableAttributesList",
    ),
    "ListWorkGroupsInput": _structure(NextToken="Token", MaxResults="MaxWorkGroupsCount"),
    "QueryExecutionContext": _structure(Database="DatabaseString", Catalog="CatalogNameString"),
    "ResultConfiguration": _structure(
        OutputLocation="ResultOutputLocation",
        EncryptionConfiguration="EncryptionConfiguration",
        ExpectedBucketOwner="AwsAccountId",
        AclConfiguration="AclConfiguration",
    ),
    "ResultReuseByAgeConfiguration": _structure(Enabled="Boolean!", MaxAgeInMinutes="Age"),
    "ResultReuseConfiguration": _structure(ResultReuseByAgeConfiguration="ResultReuseByAgeConfiguration"),
    "StartQueryExecutionInput": _structure(
        QueryString="QueryString!",
        ClientRequestToken="IdempotencyToken",
        QueryExecutionContext="QueryExecutionContext",
        ResultConfiguration="ResultConfiguration",
        WorkGroup="WorkGroupName",
        ExecutionParameters="ExecutionParameters",
        ResultReuseConfiguration="ResultReuseConfiguration",
        EngineConfiguration="EngineConfiguration",
    ),
    "StopQueryExecutionInput": _structure(QueryExecutionId="QueryExecutionId!"),
    "UpdateNamedQueryInput": _structure(
        NamedQueryId="NamedQueryId!",
        Name="NameString!",
        Description="NamedQueryDescriptionString",
        QueryString="QueryString!",
    ),
    "UpdatePreparedStatementInput": _structure(
        StatementName="StatementName!",
        WorkGroup="WorkGroupName!",
        QueryStatement="QueryString!",
        Description="DescriptionString",
    ),
    "Age": RequestShape("integer", 0, 10080),
    "AwsAccountId": RequestShape("string", least=12, most=12, pattern=r"^[0-9]+$"),
    "Boolean": RequestShape("boolean"),
    "CatalogNameString": RequestShape("string", least=1, most=256, pattern=_TEXTS),
    "ClassificationList": RequestShape("list", items="Classification"),
    "CoordinatorDpuSize": RequestShape("integer", 1, 1),
    "DatabaseAttributes": RequestShape("string", values=("NAME",)),
    "DatabaseAttributesList": RequestShape("list", least=0, most=1, items="DatabaseAttributes"),
    "DatabaseString": RequestShape("string", least=1, most=255),
    "DefaultExecutorDpuSize": RequestShape("integer", 1, 1),
    "DescriptionString": RequestShape("string", least=1, most=1024),
    "EncryptionOption": RequestShape("string", values=("SSE_S3", "SSE_KMS", "CSE_KMS")),
    "ExecutionParameter": RequestShape("string", least=1, most=1024),
    "ExecutionParameters": RequestShape("list", least=1, items="ExecutionParameter"),
    "ExpressionString": RequestShape("string", least=0, most=256),
    "IdempotencyToken": RequestShape("string", least=32, most=128),
    "MaxConcurrentDpus": RequestShape("integer", 2, 5000),
    "MaxDataCatalogsCount": RequestShape("integer", 2, 50),
    "MaxDatabasesCount": RequestShape("integer", 1, 50),
    "MaxEngineVersionsCount": RequestShape("integer", 1, 10),
    "MaxNamedQueriesCount": RequestShape("integer", 0, 50),
    "MaxPreparedStatementsCount": RequestShape("integer", 1, 50),
    "MaxQueryExecutionsCount": RequestShape("integer", 0, 50),
    "MaxQueryResults": RequestShape("integer", 1, 1000),
    "MaxTableMetadataCount": RequestShape("integer", 1, 50),
    "MaxWorkGroupsCount": RequestShape("integer", 1, 50),
    "NameString": RequestShape("string", least=1, most=128),
    "NamedQueryDescriptionString": RequestShape("string", least=0, most=1024),
    "NamedQueryId": RequestShape("string", least=1, most=128, pattern=r"\S+"),
    "NamedQueryIdList": RequestShape("list", least=1, most=50, items="NamedQueryId"),
    "ParametersMap": RequestShape("map"),
    "PreparedStatementNameList": RequestShape("list", items="StatementName"),
    "QueryExecutionId": RequestShape("string", least=1, most=128, pattern=r"\S+"),
    "QueryExecutionIdList": RequestShape("list", least=1, most=50, items="QueryExecutionId"),
    "QueryResultType": RequestShape("string", values=("DATA_MANIFEST", "DATA_ROWS")),
    "QueryString": RequestShape("string", least=1, most=262144),
    "ResultOutputLocation": RequestShape("string"),
    "S3AclOption": RequestShape("string", values=("BUCKET_OWNER_FULL_CONTROL",)),
    "StatementName": RequestShape("string", least=1, most=256, pattern=r"[a-zA-Z_][a-zA-Z0-9_@:]{1,256}"),
    "String": RequestShape("string"),
    "TableAttributes": RequestShape("string", values=("NAME", "TABLE_TYPE")),
    "TableAttributesList": RequestShape("list", least=1, most=2, items="TableAttributes"),
    "Token": RequestShape("string", least=1, most=1024),
    "WorkGroupName": RequestShape("string", pattern=r"[a-zA-Z0-9._-]{1,128}"),
}
