"""The ladder policy: Nancheng's is valid, and a wrong one says which line and why."""

from __future__ import annotations

import pytest

from domain.errors import Refusal
from domain.policy.ladder import AT_ANY_OPEN_STAGE, FIXED_STAGES, Ladder
from domain.policy.policy_file import PolicyError, PolicyProblem, parse_policy
from domain.policy.rules import Rules
from tests.domain.given import at, nancheng, policy_text, rules_with

TEXT = policy_text("ladder.yaml")
ESTATE_TAKES = "decisions: [resolve, plan, hold, escalate, object, suspend, emergency, refer, duplicate, reroute]"
COMMUNITY_TAKES = "decisions: [resolve, plan, hold, escalate, return, suspend, emergency, refer]"
ALLIANCE_TAKES = "decisions: [resolve, plan, hold, return, suspend, emergency, refer]"
CONTACT_TAKES = "decisions: [contact, resolve, plan, escalate, object, emergency, reject, duplicate, reroute, refer]"


def problems(text: str) -> tuple[PolicyProblem, ...]:
    with pytest.raises(PolicyError) as caught:
        parse_policy(Ladder, text, "ladder.yaml")
    return caught.value.problems


def changed(old: str, new: str) -> tuple[str, int]:
    """Nancheng's ladder with its first ``old`` changed to ``new``, and the line where that is."""
    assert old in TEXT, old
    return TEXT.replace(old, new, 1), TEXT[: TEXT.index(old)].count("\n") + 1


def test_nanchengs_ladder_is_the_missions() -> None:
    ladder = nancheng().ladder
    assert ladder.ref == "nancheng@2"
    assert [(tier.id, tier.stage.id) for tier in ladder.tiers] == [
        ("estate", "check_in"),
        ("community", "community"),
        ("alliance", "alliance"),
    ]
    assert [(tier.carry_overs, tier.then, tier.marks) for tier in ladder.tiers] == [
        (1, "escalate", False),
        (1, "escalate", False),
        (3, "raise", True),
    ]
    assert [tier.freeze_workdays for tier in ladder.tiers] == [0, 2, 2]
    assert ladder.stages.contact.duty_hours == 2
    assert ladder.stages.verification.days == 7
    assert ladder.stages.verification.same_tier_disputes == 1
    assert ladder.stages.closed.reopen_days == 30
    assert ladder.reroutes_without_supervisor == 1


def test_nanchengs_tiers_are_its_organisations() -> None:
    rules = nancheng()
    assert [tier.id for tier in rules.ladder.tiers] == list(reversed(rules.organisation.tiers))


WRONG = [
    ("id: community\n", "id: estate\n", "tiers[1].id", "already used"),
    ("id: check_in,", "id: contact,", "tiers[0].stage.id", "is taken"),
    ("stage: {id: alliance,", "stage: {id: community,", "tiers[2].stage.id", "is taken"),
    ("then: escalate", "then: raise", "tiers[0].then", "only the highest tier may raise"),
    ("then: raise", "then: escalate", "tiers[2].then", "nothing stands above"),
    (ALLIANCE_TAKES, "decisions: [resolve, plan, escalate]", "tiers[2].decisions", "no tier to escalate to"),
    (ESTATE_TAKES, "decisions: [resolve, plan, return]", "tiers[0].decisions", "no tier to return to"),
    (ESTATE_TAKES, "decisions: [plan, hold]", "tiers[0].decisions", "must accept resolve"),
    (COMMUNITY_TAKES, "decisions: [hold]", "tiers[1].decisions", "must accept plan, resolve"),
    (COMMUNITY_TAKES, "decisions: [resolve, plan, extend]", "tiers[1].decisions", "cannot accept extend"),
    (COMMUNITY_TAKES, "decisions: [resolve, plan, resume]", "tiers[1].decisions", "cannot accept resume"),
    (COMMUNITY_TAKES, "decisions: [resolve, plan, reopen]", "tiers[1].decisions", "cannot accept reopen"),
    (COMMUNITY_TAKES, "decisions: [resolve, plan, reject]", "tiers[1].decisions", "cannot accept reject"),
    (COMMUNITY_TAKES, "decisions: [resolve, plan, dance]", "tiers[1].decisions[2]", "Input should be"),
    (CONTACT_TAKES, "decisions: [resolve]", "stages.contact.decisions", "must accept contact"),
    (CONTACT_TAKES, "decisions: [contact, hold]", "stages.contact.decisions", "cannot accept hold"),
    ("[complete, extend, escalate, object, suspend, emergency]", "[extend]", "stages.action.decisions", "must accept"),
    ("[resume, extend, emergency]", "[resume, plan]", "stages.suspended.decisions", "cannot accept plan"),
    ("[confirm, dispute, withdraw]", "[dispute]", "stages.verification.decisions", "must accept confirm"),
    ("[confirm, dispute, withdraw]", "[confirm, resolve]", "stages.verification.decisions", "cannot accept"),
    ("declared_by: [alliance]", "declared_by: [moon]", "stages.joint_response.declared_by", "no tier 'moon'"),
    ("duty_hours: 2", "duty_hours: 0", "stages.contact.duty_hours", "greater than or equal to 1"),
    ("reopen_days: 30", "reopen_days: 400", "stages.closed.reopen_days", "less than or equal to 366"),
    ("carry_overs: 1 ", "carry_overs: -1 ", "tiers[0].carry_overs", "greater than or equal to 0"),
    ("carry_overs: 1 ", "carry_over: 1 ", "tiers[0].carry_over", "is not a field of this policy"),
    ('end: "20:00"}', 'end: "07:00"}', "duty.end", "duty ends after it starts"),
    ('version: "2"', "version: 1", "version", "valid string"),
    ('version: "2"', 'version: "one two"', "version", "match pattern"),
    ("language: zh-CN", "language: fr", "language", "'zh-CN' or 'en'"),
    ("weekday: wednesday", "weekday: mittwoch", "tiers[0].cadence.weekday", "Input should be"),
    ("every: week,", "every: fortnight,", "tiers[0].cadence", "fortnight"),
    ("minutes_due: {hours: 24}", "minutes_due: {}", "tiers[0].minutes_due", "either hours or workdays"),
    ("ladder: nancheng", "ladder: 南城", "ladder", "match pattern"),
    ("ladder: nancheng", "ladder: nancheng\nladder: other", "ladder", "repeated"),
]


@pytest.mark.parametrize(("old", "new", "field", "why"), WRONG, ids=[f"{w[2]} {w[3]}" for w in WRONG])
def test_a_wrong_ladder_says_the_file_the_line_the_field_and_why(old: str, new: str, field: str, why: str) -> None:
    text, line = changed(old, new)
    line += "\n" in new.strip()
    found = [problem for problem in problems(text) if problem.field == field]
    assert found, [str(problem) for problem in problems(text)]
    assert (found[0].path, found[0].line) == ("ladder.yaml", line)
    assert any(why in problem.message.en for problem in found)


def test_every_fault_is_told_at_once_in_the_lines_order() -> None:
    text, _ = changed("then: raise", "then: escalate")
    text = text.replace(ESTATE_TAKES, "decisions: [plan, return]").replace(
        "declared_by: [alliance]", "declared_by: [moon]"
    )
    found = problems(text)
    assert [problem.field for problem in found] == [
        "tiers[0].decisions",
        "tiers[0].decisions",
        "tiers[2].then",
        "stages.joint_response.declared_by",
    ]
    assert [problem.line for problem in found] == sorted(problem.line for problem in found)


@pytest.mark.parametrize(
    "text", ["", "[]", "ladder: nancheng", "tiers: 3", TEXT.replace("tiers:  ", "tiers: []\nx:  ")]
)
def test_what_is_no_ladder_is_refused(text: str) -> None:
    assert problems(text)


def test_the_stages_of_every_open_case_take_notes_and_withdrawals_whatever_the_policy_says() -> None:
    ladder = nancheng().ladder
    stages = [*FIXED_STAGES, *(tier.stage.id for tier in ladder.tiers)]
    for stage in stages:
        takes = set(AT_ANY_OPEN_STAGE) <= ladder.accepted(stage)
        assert takes is (stage != "closed")
    assert ladder.accepted("closed") == {"reopen"}
    assert ladder.accepted("joint_response") == set(AT_ANY_OPEN_STAGE)


def test_the_rungs_are_counted_from_below() -> None:
    ladder = nancheng().ladder
    assert [ladder.rung(tier.id) for tier in ladder.tiers] == [0, 1, 2]
    assert [tier and tier.id for tier in map(ladder.above, ("estate", "community", "alliance"))] == [
        "community",
        "alliance",
        None,
    ]
    assert [tier and tier.id for tier in map(ladder.below, ("estate", "community", "alliance"))] == [
        None,
        "estate",
        "community",
    ]
    with pytest.raises(Refusal, match="unknown_tier"):
        ladder.tier("heaven")


# ------------------------------------------------------------------ the rules that a decision looks up


def test_every_unit_of_every_tier_has_a_forum_named_after_it() -> None:
    rules = nancheng()
    assert len(rules.forums) == len(list(_all_units(rules)))
    assert rules.forums["laocheng"].name.zh == "老城社区 · 社区月度工作会议"
    assert rules.forum("alliance", "mudan-garden").id == "nancheng"


def _all_units(rules: Rules) -> list[str]:
    organisation = rules.organisation
    return [unit.id for tier in organisation.tiers for unit in organisation.units_at(tier)]


@pytest.mark.parametrize(
    ("forum", "sitting", "code"),
    [
        ("atlantis", "atlantis-2026-03", "unknown_forum"),
        ("laocheng", "laocheng-2026-W10", "unknown_sitting"),
        ("laocheng", "guangfu-2026-03", "unknown_sitting"),
    ],
)
def test_a_sitting_that_does_not_exist_is_a_refusal(forum: str, sitting: str, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        nancheng().sitting(forum, sitting)
    assert caught.value.code == code


def test_a_sitting_is_found_by_its_id() -> None:
    found = nancheng().sitting("laocheng", "laocheng-2026-03")
    assert found.starts_at == at("2026-03-04 15:00")


def test_a_tier_without_forums_is_a_refusal() -> None:
    with pytest.raises(Refusal) as caught:
        nancheng().forum("heaven", "mudan-garden")
    assert caught.value.code == "unknown_tier"


def test_the_rules_under_another_version_share_their_forums() -> None:
    today = nancheng()
    other = rules_with(TEXT.replace('version: "2"', 'version: "0"')).ladder
    assert today.under(today.ladder) is today
    assert today.under(other).ladder is other
    assert today.under(other).forums is today.forums
