"""CREATE EXTERNAL TABLE, and the lists of ALTER TABLE: Hive's DDL, as Athena takes it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from millrace.athena_sql.endpoint.problems import invalid
from millrace.athena_sql.endpoint.statements.kinds import CreateExternalTable, TableName
from millrace.athena_sql.ports import Column
from millrace.errors import RequestRefused

_HIVE = "hive"
_SERDES = {"parquet": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"}
_CREATE = re.compile(r"CREATE\s+EXTERNAL\s+TABLE\b", re.IGNORECASE)
_TEXT_TYPE = re.compile(r"\b(?:var)?char\(\d+\)|\bvarchar\b")


def is_create_external_table(body: str) -> bool:
    return _CREATE.match(body) is not None


def create_external_table(body: str) -> CreateExternalTable:
    """`body`: a text without comments. Raises RequestRefused."""
    tree = _parsed(body)
    if not isinstance(tree.this, exp.Schema):
        raise invalid("CREATE EXTERNAL TABLE needs a list of columns.", "MALFORMED_QUERY")
    found = tree.args.get("properties")
    properties: list[exp.Expr] = found.expressions if found else []
    serde = next((each for each in properties if isinstance(each, exp.RowFormatSerdeProperty)), None)
    if any(isinstance(each, exp.RowFormatDelimitedProperty | exp.ClusteredByProperty) for each in properties):
        raise invalid("ROW FORMAT DELIMITED and CLUSTERED BY are not supported here.", "MALFORMED_QUERY")
    location = next((each.text("this") for each in properties if isinstance(each, exp.LocationProperty)), "")
    if not location:
        raise invalid("No location was specified for table. An S3 location must be specified")
    return CreateExternalTable(
        table=_named(tree.this.this),
        columns=tuple(_columns(tree.this)),
        partition_keys=tuple(
            column
            for each in properties
            if isinstance(each, exp.PartitionedByProperty)
            for column in _columns(each.this)
        ),
        location=location,
        serde=serde.text("this") if serde else _stored_as(properties),
        serde_options=_pairs(serde.args["serde_properties"].expressions)
        if serde and serde.args.get("serde_properties")
        else {},
        properties=_pairs(each for each in properties if type(each) is exp.Property),
        description=next((each.text("this") for each in properties if isinstance(each, exp.SchemaCommentProperty)), ""),
        if_not_exists=bool(tree.args.get("exists")),
    )


def columns_listed(text: str) -> tuple[Column, ...]:
    """Of `name type, ...`. Raises RequestRefused."""
    return tuple(_columns(_parsed(f"CREATE EXTERNAL TABLE listed ({text})").this))


def properties_listed(text: str) -> Mapping[str, str]:
    """Of `'key' = 'value', ...`. Raises RequestRefused."""
    found = _parsed(f"CREATE EXTERNAL TABLE listed (x int) TBLPROPERTIES ({text})").args["properties"]
    return _pairs(each for each in found.expressions if type(each) is exp.Property)


def _parsed(sql: str) -> exp.Create:
    try:
        tree = parse_one(sql.strip().rstrip(";"), read=_HIVE)
    except (SqlglotError, RecursionError, ValueError):
        tree = None
    if not isinstance(tree, exp.Create):
        raise _unreadable()
    return tree


def _columns(listed: exp.Expr) -> Iterator[Column]:
    for each in listed.expressions:
        if not isinstance(each, exp.ColumnDef) or not isinstance(each.args.get("kind"), exp.DataType):
            raise _unreadable()
        comments = (one.args["kind"] for one in each.args.get("constraints") or ())
        comment = next((one.text("this") for one in comments if isinstance(one, exp.CommentColumnConstraint)), "")
        yield Column(each.name.lower(), _type(each.args["kind"]), comment)


def _type(kind: exp.DataType) -> str:
    """The name that Glue has for a type; texts of a length are texts."""
    return _TEXT_TYPE.sub("string", kind.sql(_HIVE).lower().replace(", ", ",").replace(": ", ":"))


def _stored_as(properties: list[exp.Expr]) -> str:
    """The class that reads the format of STORED AS; the format itself where that is another than Parquet."""
    form = next((each.this for each in properties if isinstance(each, exp.FileFormatProperty)), None)
    if isinstance(form, exp.InputOutputFormat):
        name = "parquet" if "parquet" in form.sql(_HIVE).lower() else form.sql(_HIVE)
    else:
        name = form.name if form else "textfile"
    return _SERDES.get(name.lower(), name)


def _pairs(properties: Iterator[exp.Expr] | list[exp.Expr]) -> Mapping[str, str]:
    return {each.text("this"): each.text("value") for each in properties}


def _named(node: exp.Expr) -> TableName:
    return TableName(node.text("db").lower(), node.name.lower())


def _unreadable() -> RequestRefused:
    return invalid("The statement cannot be parsed; see CREATE TABLE and ALTER TABLE of Athena.", "MALFORMED_QUERY")
