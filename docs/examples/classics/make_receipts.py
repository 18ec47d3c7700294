"""Makes up the receipts of a day's rides, the same for the same seed, as one file of JSON lines.

python make_receipts.py --day 2024-05-30 --seed 7 --rides 50 --lake .millrace
"""

from __future__ import annotations

import argparse
import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

DRIVERS = (("Ana Lim", "north"), ("Ben Ong", "east"), ("Chi Tan", "west"))
NOTES = ("", "paid by card", "=SUM(A1:A9)", '"cash", no change', "-2 stops", "two\nlines", "@night", "Grüße, 夜")
FOLDER = "reports_in"


def receipts(day: date, seed: int, rides: int) -> list[dict[str, object]]:
    """One receipt for each ride, nested: the driver, and the parts of the fare."""
    random = Random(f"{seed} {day}")
    found: list[dict[str, object]] = []
    for number in range(rides):
        paid = datetime.combine(day, time()) + timedelta(seconds=random.randrange(86_400))
        name, area = random.choice(DRIVERS)
        parts = [{"kind": "base", "cents": 390}, {"kind": "distance", "cents": random.randrange(0, 3_000)}]
        if random.random() < 0.3:
            parts.append({"kind": "voucher", "cents": -100})
        found.append(
            {
                "ride_id": f"{day:%Y%m%d}-{number:05}",
                "paid_at": f"{paid:%Y-%m-%d %H:%M:%S}",
                "driver": {"name": name, "area": area},
                "note": random.choice(NOTES),
                "fare": {"parts": parts, "total_cents": sum(int(str(one["cents"])) for one in parts)},
            }
        )
    return found


def text(day: date, seed: int, rides: int) -> str:
    """The file of a day."""
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in receipts(day, seed, rides))


def main() -> None:
    yesterday = date.today() - timedelta(days=1)  # noqa: DTZ011 - the day of whoever types it
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--day", type=date.fromisoformat, default=yesterday, help="YYYY-MM-DD; default: yesterday")
    arguments.add_argument("--seed", type=int, default=7)
    arguments.add_argument("--rides", type=int, default=50)
    arguments.add_argument("--lake", type=Path, default=Path(".millrace"), help="the lake's folder")
    given = arguments.parse_args()
    file = given.lake / FOLDER / f"{given.day}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text(given.day, given.seed, given.rides), encoding="utf-8")
    print(f"{given.rides} receipts in {file}")


if __name__ == "__main__":
    main()
