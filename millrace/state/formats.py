"""The numbers of the forms that state has, and what is said where it is of a newer form than this code knows.

A number rises with a change that older code would read wrongly, or write over: a field that it may leave out is none.
"""

from __future__ import annotations

from millrace.errors import LakeError

TABLE_FORMAT = 1  # of the items of the state table on AWS; a table without a number is of the first


def require_known(what: str, found: int, known: int) -> None:
    """Raises LakeError for state of a newer form. `what`: where it is, as the subject of a sentence."""
    if found > known:
        raise LakeError(
            f"{what} has format {found}, and this Millrace knows formats up to {known}.",
            hint="A newer Millrace has used this lake: upgrade this one, or use that one.",
        )
