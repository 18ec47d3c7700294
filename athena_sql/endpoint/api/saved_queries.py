"""The operations on named queries and prepared statements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from millrace.athena_sql.endpoint.api.paging import listing, name_in, token_at
from millrace.athena_sql.endpoint.api.shapes import Input, Operation, Output
from millrace.athena_sql.endpoint.api.work_groups import WorkGroups
from millrace.athena_sql.endpoint.execution.saved_store import NamedQuery, PreparedStatement, SavedQueryStore
from millrace.athena_sql.endpoint.problems import invalid, resource_not_found
from millrace.athena_sql.endpoint.statements.parsing import read_statement

MAX_RESULTS = 50


@dataclass(frozen=True)
class SavedQueriesApi:
    store: SavedQueryStore
    work_groups: WorkGroups
    now: Callable[[], float]
    new_id: Callable[[], str]

    def operations(self) -> Mapping[str, Operation]:
        return {
            "CreateNamedQuery": self.create_named,
            "GetNamedQuery": self.get_named,
            "BatchGetNamedQuery": self.get_many_named,
            "ListNamedQueries": self.list_named,
            "DeleteNamedQuery": self.delete_named,
            "UpdateNamedQuery": self.update_named,
            "CreatePreparedStatement": self.create_prepared,
            "GetPreparedStatement": self.get_prepared,
            "BatchGetPreparedStatement": self.get_many_prepared,
            "ListPreparedStatements": self.list_prepared,
            "UpdatePreparedStatement": self.update_prepared,
            "DeletePreparedStatement": self.delete_prepared,
        }

    # for PREPARE, EXECUTE and DEALLOCATE in SQL

    def prepared_sql(self, group: str, name: str) -> str:
        """Raises RequestRefused."""
        found = self.store.prepared(group, name)
        if found is None:
            raise invalid(f"PreparedStatement {name} was not found in workGroup {group}", "INVALID_PREPARED_STATEMENT")
        return found.sql

    def prepare(self, group: str, name: str, sql: str) -> None:
        """Upsert: a statement of the same name is replaced."""
        statement = PreparedStatement(name=name, sql=sql, workgroup=group, modified=self.now())
        if not self.store.put_prepared(statement, new=True):
            self.store.put_prepared(statement, new=False)

    def deallocate(self, group: str, name: str) -> None:
        """Raises RequestRefused."""
        self.prepared_sql(group, name)  # refuses an unknown name
        self.store.delete_prepared(group, name)

    # named queries

    def create_named(self, request: Input) -> Output:
        query = NamedQuery(
            id=self.new_id(),
            name=request["Name"],
            database=request["Database"],
            sql=request["QueryString"],
            workgroup=self.work_groups.known(request.get("WorkGroup")),
            description=request.get("Description") or "",
        )
        return {"NamedQueryId": self.store.add_named(query, request.get("ClientRequestToken")).id}

    def get_named(self, request: Input) -> Output:
        return {"NamedQuery": _named(self._known(request["NamedQueryId"]))}

    def get_many_named(self, request: Input) -> Output:
        found = {id_: self.store.named(id_) for id_ in request["NamedQueryIds"]}
        return {
            "NamedQueries": [_named(one) for one in found.values() if one],
            "UnprocessedNamedQueryIds": [
                {"NamedQueryId": id_, "ErrorCode": "INVALID_INPUT", "ErrorMessage": f"NamedQuery {id_} was not found"}
                for id_, one in found.items()
                if one is None
            ],
        }

    def list_named(self, request: Input) -> Output:
        group = self.work_groups.known(request.get("WorkGroup"))
        count = request.get("MaxResults") or MAX_RESULTS
        return listing(
            lambda before: self.store.listed_named(group, before, count + 1), request, "NamedQueryIds", count
        )

    def update_named(self, request: Input) -> Output:
        found = self._known(request["NamedQueryId"])
        self.store.replace_named(
            NamedQuery(
                id=found.id,
                name=request["Name"],
                database=found.database,
                sql=request["QueryString"],
                workgroup=found.workgroup,
                description=request.get("Description") or "",
            )
        )
        return {}

    def delete_named(self, request: Input) -> Output:
        self.store.delete_named(self._known(request["NamedQueryId"]).id)
        return {}

    def _known(self, id_: str) -> NamedQuery:
        found = self.store.named(id_)
        if found is None:
            raise invalid(f"NamedQuery {id_} was not found")
        return found

    # prepared statements

    def create_prepared(self, request: Input) -> Output:
        statement = self._prepared(request)
        if not self.store.put_prepared(statement, new=True):
            raise invalid(f"PreparedStatement {statement.name} already exists in workGroup {statement.workgroup}")
        return {}

    def update_prepared(self, request: Input) -> Output:
        statement = self._prepared(request)
        if not self.store.put_prepared(statement, new=False):
            raise _missing(statement.name, statement.workgroup)
        return {}

    def get_prepared(self, request: Input) -> Output:
        group = self.work_groups.known(request["WorkGroup"])
        found = self.store.prepared(group, request["StatementName"])
        if found is None:
            raise _missing(request["StatementName"], group)
        return {"PreparedStatement": _prepared(found)}

    def get_many_prepared(self, request: Input) -> Output:
        group = self.work_groups.known(request["WorkGroup"])
        found = {name: self.store.prepared(group, name) for name in request["PreparedStatementNames"]}
        return {
            "PreparedStatements": [_prepared(one) for one in found.values() if one],
            "UnprocessedPreparedStatementNames": [
                {
                    "StatementName": name,
                    "ErrorCode": "STATEMENT_NOT_FOUND",
                    "ErrorMessage": f"PreparedStatement {name} was not found",
                }
                for name, one in found.items()
                if one is None
            ],
        }

    def list_prepared(self, request: Input) -> Output:
        group = self.work_groups.known(request["WorkGroup"])
        count = request.get("MaxResults") or MAX_RESULTS
        after = name_in(request["NextToken"]) if request.get("NextToken") else ""
        found = self.store.listed_prepared(group, after, count + 1)
        page: Output = {
            "PreparedStatements": [
                {"StatementName": one.name, "LastModifiedTime": one.modified} for one in found[:count]
            ]
        }
        if len(found) > count:
            page["NextToken"] = token_at([found[count - 1].name])
        return page

    def delete_prepared(self, request: Input) -> Output:
        group = self.work_groups.known(request["WorkGroup"])
        if not self.store.delete_prepared(group, request["StatementName"]):
            raise _missing(request["StatementName"], group)
        return {}

    def _prepared(self, request: Input) -> PreparedStatement:
        read_statement(request["QueryStatement"])
        return PreparedStatement(
            name=request["StatementName"],
            sql=request["QueryStatement"],
            workgroup=self.work_groups.known(request["WorkGroup"]),
            modified=self.now(),
            description=request.get("Description") or "",
        )


def _missing(name: str, group: str) -> Exception:
    return resource_not_found(f"PreparedStatement {name} was not found in workGroup {group}", name)


def _named(query: NamedQuery) -> Output:
    found = {
        "Name": query.name,
        "Database": query.database,
        "QueryString": query.sql,
        "NamedQueryId": query.id,
        "WorkGroup": query.workgroup,
    }
    return found | ({"Description": query.description} if query.description else {})


def _prepared(statement: PreparedStatement) -> Output:
    found = {
        "StatementName": statement.name,
        "QueryStatement": statement.sql,
        "WorkGroupName": statement.workgroup,
        "LastModifiedTime": statement.modified,
    }
    return found | ({"Description": statement.description} if statement.description else {})
