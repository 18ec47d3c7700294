"""The format number of the state table: an item, which every process reads before its first other request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from millrace.aws.calls import code_of
from millrace.state.dynamo_items import attributes
from millrace.state.dynamo_keys import FORMAT, Key
from millrace.state.formats import TABLE_FORMAT, require_known

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEY = Key(FORMAT, "table")
_FIRST = 1  # of a table without a number


class TableFormat:
    """The format of one table. `known`: the newest that this code knows, and writes."""

    def __init__(self, client: DynamoDBClient, name: str, known: int = TABLE_FORMAT) -> None:
        self._client, self._name, self._known = client, name, known
        self._is_marked = False

    def require(self) -> None:
        """Raises LakeError for a table of a newer format, and what the service raises."""
        number = self._number()
        require_known(f"the state table {self._name}", number or _FIRST, self._known)
        self._is_marked = number == self._known

    def found(self) -> int:
        """The table's format as it is now. Raises what the service raises."""
        return self._number() or _FIRST

    def mark(self) -> None:
        """Gives the table the number of what this code writes, where it has none, or a lower one."""
        if self._is_marked:
            return
        from botocore.exceptions import ClientError

        number = {"N": str(self._known)}
        item: Any = {**attributes(_KEY), "number": number}
        try:
            self._client.put_item(
                TableName=self._name,
                Item=item,
                ConditionExpression="attribute_not_exists(pk) OR #number < :number",
                ExpressionAttributeNames={"#number": "number"},
                ExpressionAttributeValues={":number": number},
            )
        except ClientError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise
            self.require()  # another process was faster; by newer code, perhaps
        self._is_marked = True

    def _number(self) -> int | None:
        answer = self._client.get_item(TableName=self._name, Key=attributes(_KEY), ConsistentRead=True)
        return int(answer["Item"]["number"]["N"]) if "Item" in answer else None
