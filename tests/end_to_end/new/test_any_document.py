"""Documents made at random, in the shapes that feeds have: the project that is written from one validates and runs."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from millrace.clock import SystemClock
from millrace.infra.project.project import Project
from millrace.scaffold.requests import SourceRequest, new_project, new_source
from millrace.usecases.definitions.project import problems

EXAMPLES = 6
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
NAMES = st.one_of(
    st.sampled_from(
        ["id", "name", "lat", "lon", "value", "select", "dt", "Count", "time", "a b", "x.y", "é", "1", "place"]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=6),
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**12), 10**12), st.floats(-1e6, 1e6), TEXTS,
    st.integers(-99, 9999).map(str), st.sampled_from(["1.50", "007", "2024-05-30T07:00:00Z", "N/A", ""]),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=6,
)
ENTITIES = st.lists(st.dictionaries(NAMES, VALUES, max_size=5), min_size=1, max_size=4)
TIMES = st.sampled_from(["2024-05-30T08:00:00Z", "2024-05-30T08:00:00", 1717056000, 1717056000000, "30/05/2024 08:00"])


@given(ENTITIES, TIMES, st.dictionaries(NAMES, VALUES, max_size=3), st.sampled_from(["flat", "nested", "array"]))
@example([{"a": 1, "A": 2, "a_": 3}], 1717056000, {}, "flat")
@example([{"ids": {"10": 1, "11": 2, "12": 3, "13": 4}}, {"ids": {}}], "2024-05-30T08:00:00Z", {}, "array")
@example([{"1": 3, "+2": 4, "n": {"0": 5}, "id": 6}], "2024-05-30T08:00:00Z", {}, "flat")
@settings(
    max_examples=EXAMPLES,
    phases=(Phase.explicit, Phase.generate),  # each example takes seconds: shrinking one would take minutes
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
def test_a_project_from_any_document_is_right(
    entities: list[dict[str, Any]], time: Any, others: dict[str, Any], form: str
) -> None:
    document: Any = {**others, "entities": entities, "timestamp": time}
    within, when = "$.entities", "$.timestamp"
    if form == "nested":
        document = {"data": [document]}
        within, when = "$.data[0].entities", "$.data[0].timestamp"
    elif form == "array":
        document = [{**one, "timestamp": time} for one in entities]
        within, when = "$", "$[*].timestamp"
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "feeds"
        new_project(root)
        (Path(folder) / "sample").write_text(json.dumps(document), encoding="utf-8")
        sample = Path(folder) / "sample"
        asked = SourceRequest(
            "feed",
            sample=sample,
            entities_path=within,
            time_path=when,
            timezone="Europe/Berlin",
            schedule="rate(1 hour)",
        )
        new_source(Project.find(root), asked, SystemClock())
        assert problems(Project.find(root)) == []


@pytest.mark.parametrize("count", [1, 6000])
def test_one_entity_and_thousands(tmp_path: Path, count: int) -> None:
    document = {"updated": 1717056000, "rows": [{"id": n, "level": n / 4} for n in range(count)]}
    (tmp_path / "sample").write_text(json.dumps(document))
    new_project(tmp_path / "feeds")
    new_source(Project.find(tmp_path / "feeds"), SourceRequest("feed", sample=tmp_path / "sample"), SystemClock())
    assert problems(Project.find(tmp_path / "feeds")) == []
