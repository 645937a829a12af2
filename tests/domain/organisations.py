"""Organisations for Hypothesis: of two or three tiers, with companies, and units in any order."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from domain.policy.organisation import Organisation

_IDS = [f"{letter}{number}" for letter in "abcd" for number in range(1, 5)]
_NAMES = st.fixed_dictionaries(
    {"zh": st.sampled_from(["甲", "乙", "丙：丁", "true", "=1+1"]), "en": st.sampled_from("ABC")}
)
_CADENCES = st.none() | st.sampled_from(
    [
        {"every": "week", "weekday": "monday", "time": "09:30", "minutes": 30},
        {"every": "month", "nth": -1, "weekday": "friday", "time": "15:00", "minutes": 120},
    ]
)


@st.composite
def organisations(draw: st.DrawFn) -> Organisation:
    """An organisation whose ids come from few, so that two of them share some."""
    tiers = draw(st.sampled_from([["top", "estate"], ["top", "middle", "estate"]]))
    ids = draw(st.permutations(_IDS))
    companies = draw(st.permutations(["x", "y", "z"]))[: draw(st.integers(1, 3))]
    root, *rest = ids[: draw(st.integers(6, len(ids)))]
    return Organisation.model_validate(
        {
            "version": draw(st.sampled_from(["1", "2"])),
            "name": draw(_NAMES),
            "tiers": tiers,
            "companies": [{"id": id, "name": draw(_NAMES), "state_owned": draw(st.booleans())} for id in companies],
            "departments": [{"code": id, "name": draw(_NAMES)} for id in draw(st.permutations(["p", "q"]))],
            "categories": [
                {"id": id, "name": draw(_NAMES)}
                for id in draw(st.lists(st.sampled_from("klmn"), min_size=1, unique=True))
            ],
            "root": _upper(draw, root, rest, len(tiers) - 1, companies),
            "case_prefix": draw(st.sampled_from(["HX", "NC"])),
        }
    )


def _upper(draw: st.DrawFn, id: str, rest: list[str], depth: int, companies: list[str]) -> dict[str, Any]:
    unit: dict[str, Any] = {"id": id, "name": draw(_NAMES), "cadence": draw(_CADENCES)}
    if depth == 0:
        kind = draw(st.sampled_from(["market", "self_governed"]))
        company = draw(st.sampled_from(companies)) if kind == "market" else None
        return {**unit, "kind": kind, "company": company}
    share = rest[: 2 if depth > 1 else len(rest)]
    left = rest[len(share) :]
    below = [_upper(draw, one, left[n :: len(share)], depth - 1, companies) for n, one in enumerate(share)]
    return {**unit, "units": below}
