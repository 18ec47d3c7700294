"""Asks the slow judges about every template and every wrong variant, and writes `record.json`.

    python -m tests.contracts.stack.rejudge [JUDGE ...]

Run it after a change of the stack, of the variants, of `accepted.toml` or of a judge's version. Without it the tests
ask the judges themselves, which takes minutes. Nothing is written of a judge that objects.
"""

from __future__ import annotations

import sys

from tests.contracts.stack.accepted import needed, not_accepted
from tests.contracts.stack.judges import SLOW, findings
from tests.contracts.stack.mutations.table import WRONG
from tests.contracts.stack.record import asked_about, recorded, write
from tests.contracts.stack.templates import STAGED, content
from tests.contracts.stack.variants import applied, noticed


def objections(judge: str) -> list[str]:
    """What the judge has against the templates, and what it should have against the variants; else it is recorded."""
    said = findings(judge, [content(name) for name in STAGED])
    found = [f"{name}: {text}" for name, told in zip(STAGED, said, strict=True) for text in not_accepted(judge, told)]
    refused = noticed(judge, WRONG)
    for one in WRONG:
        if (judge in one.by) != (one in refused):
            found.append(f"{one.resource}, {one.fault}: " + ("refused" if one in refused else "not refused"))
    if not found:
        record = recorded()
        record.silent[judge] = {name: asked_about(judge, [content(name)]) for name in STAGED}
        record.refused[judge] = asked_about(judge, map(applied, WRONG))
        record.needed[judge] = sorted(needed(judge, (text for told in said for text in told)))
        write(record)
    return found


def main(judges: list[str]) -> int:
    failed = False
    for judge in judges or SLOW:
        found = objections(judge)
        failed = failed or bool(found)
        print(f"{judge}: {'not recorded' if found else 'recorded'}", *found, sep="\n  ")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
