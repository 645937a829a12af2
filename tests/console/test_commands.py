"""A command's form: drawn as its model says, read by the model, with what is wrong at its field."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlencode

import pytest
from fastapi import Request
from pydantic import Field

from console.cases.offers import DECISIONS, offers
from console.frame import commands
from console.frame.forms import Form
from console.frame.pages import _environment
from console.words import say
from domain.forms import choices
from domain.forms.asking import Asked, Offer, Offered, Situation
from domain.forms.reading import fields_of, questions_of
from domain.permission import Actor, allowed_now
from domain.policy.ladder import AT_ANY_OPEN_STAGE
from domain.stream import Instant
from domain.text.writing import Line, WorkingText
from domain.words.bilingual import both
from services.problems import Problem
from tests.domain.given import ALLIANCE, COMMUNITY, ESTATE, STAGES, SUPERVISOR, Case, case_at


class Prune(Offered):
    """A tree is cut back: a command that no other module knows."""

    offer: ClassVar[Offer] = Offer(both("修剪", "prune"))
    kind: Literal["prune"] = "prune"
    at: Annotated[Instant, Asked(both("何时", "When"))]
    why: Annotated[WorkingText, Asked(both("缘由", "Why"), help=both("一句话", "In a sentence"))]
    by: Annotated[tuple[Line, ...], Asked(both("由谁", "By whom"), choices=choices.departments)] = ()
    trees: Annotated[tuple[Line, ...], Field(max_length=2), Asked(both("哪几棵", "Which trees"))] = ()
    branches: Annotated[int, Field(ge=1, le=9, strict=True), Asked(both("几枝", "Branches"))]
    loud: Annotated[bool, Asked(both("噪声", "With noise"))] = False
    until: Annotated[
        Line | None, Asked(both("到哪一级", "Up to"), choices=choices.tiers, empty=both("不限", "Any"))
    ] = None
    garden: Annotated[Line, Asked(both("花园", "Garden"), offered=False)]


SENT = [
    ("csrf", "x"),
    ("key", "k" * 12),
    ("version", "3"),
    ("kind", "prune"),
    ("at.day", "2026-03-06"),
    ("at.time", "15:00"),
    ("why", " 挡住三楼的窗 "),
    ("by", "urban"),
    ("by", "fire"),
    ("trees", "门口的槐树\n\n路边的杨树\n"),
    ("branches", "3"),
    ("until", ""),
]


def request(sent: list[tuple[str, str]], language: str = "zh-CN") -> Request:
    async def receive() -> Any:
        return {"type": "http.request", "body": urlencode(sent).encode(), "more_body": False}

    headers = [
        (b"content-type", b"application/x-www-form-urlencoded"),
        (b"cookie", f"hongxiu-language={language}".encode()),
    ]
    app = SimpleNamespace(state=SimpleNamespace())
    return Request(
        {"type": "http", "method": "POST", "path": "/x", "headers": headers, "state": {}, "app": app}, receive
    )


def changed(**values: str | None) -> list[tuple[str, str]]:
    """What was sent, with some fields otherwise, and without those that are None."""
    kept = [(name, value) for name, value in SENT if name not in values]
    return kept + [(name, value) for name, value in values.items() if value is not None]


def situation(case: Case, by: Actor = ALLIANCE, language: str = "zh-CN") -> Situation[Any]:
    return Situation(case.rules, by, case.now, language, case.state)


# ---------------------------------------------------------------- what is sent


async def test_a_form_is_read_by_its_commands_model() -> None:
    form = await commands.read(request(SENT), Prune, {"garden": "mudan"})
    assert form.errors == {}
    assert form.data == Prune.model_validate(
        {
            "at": "2026-03-06T07:00:00Z",
            "why": "挡住三楼的窗",
            "by": ("urban", "fire"),
            "trees": ("门口的槐树", "路边的杨树"),
            "branches": 3,
            "garden": "mudan",
        }
    )
    assert form.chosen("by", "fire")


@pytest.mark.parametrize(
    ("values", "field", "zh", "en"),
    [
        ({"why": ""}, "why", "必填。", "This is required."),
        ({"why": "请打13805301234"}, "why", "这里不能写", "identity"),
        ({"branches": "many"}, "branches", "应为整数。", "This is a whole number."),
        ({"branches": "12"}, "branches", "不大于 9。", "This is at most 9."),
        ({"trees": "一\n二\n三"}, "trees", "太多，最多 2 个。", "Too many: at most 2."),
        ({"trees": "一" * 81}, "trees", "太长，最多 80 个字符。", "Too long: at most 80 characters."),
        ({"at.day": "昨天"}, "at", "应为日期和时间", "This is a date and time"),
        ({"at.day": None}, "at", "必填。", "This is required."),
        ({"other": "x"}, "other", "没有这个字段。", "There is no such field."),
    ],
)
async def test_what_the_model_finds_wrong_is_said_at_its_field_in_the_pages_language(
    values: dict[str, str | None], field: str, zh: str, en: str
) -> None:
    for language, words in (("zh-CN", zh), ("en", en)):
        form = await commands.read(request(changed(**values), language), Prune, {"garden": "mudan"})
        assert form.data is None
        assert words in (form.error(field) or "")
        assert form.value("branches") == values.get("branches", "3")


async def test_what_the_page_knows_itself_is_not_the_senders_to_say() -> None:
    form = await commands.read(request(changed(garden="theirs")), Prune, {"garden": "mudan"})
    assert form.data is not None
    assert form.data.garden == "mudan"


async def test_a_form_of_several_commands_says_which_it_is() -> None:
    assert (await commands.read_one_of(request(SENT), {"prune": Prune}, {"garden": "mudan"})).data is not None
    wrong = await commands.read_one_of(request(changed(kind="fell", by=None)), {"prune": Prune})
    assert (wrong.data, wrong.error("kind")) == (None, "没有这个 kind，可选：prune。")
    with pytest.raises(Problem, match="bad_form"):
        await commands.read_one_of(request([*SENT, ("why", "又")]), {"prune": Prune})


# ---------------------------------------------------------------- what is shown


def drawn(language: str, form: Form[Any] | None = None) -> str:
    """The form of the command, as a page has it."""
    template = _environment().from_string(
        '{% import "parts.html" as parts with context %}{% for one in fields %}{{ parts.asked(form, one) }}{% endfor %}'
    )
    return template.render(
        fields=fields_of(Prune, situation(case_at("check_in"), language=language)),
        form=form or Form(),
        lang=language,
        say=lambda key, /, **params: say(key, language, **params),
    )


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_command_that_is_new_has_a_form_without_a_line_on_any_page(language: str) -> None:
    page = drawn(language)
    for question in questions_of(Prune):
        assert (question.label.in_(language) in page) is question.asked.offered
    for name in ("at.day", "at.time", "why", "by", "trees", "branches", "loud", "until"):
        assert f'name="{name}"' in page
    assert 'name="garden"' not in page
    assert 'min="1" max="9"' in page
    assert 'maxlength="2000"' in page
    for department in case_at("check_in").rules.organisation.departments:
        assert department.name.in_(language) in page


def test_a_form_that_comes_back_has_what_was_written_and_what_is_wrong() -> None:
    form: Form[Any] = Form({"why": "写过的", "by": ["fire"]}, {"why": "太长了"})
    page = drawn("zh-CN", form)
    assert "写过的</textarea>" in page
    assert "太长了" in page
    assert 'value="fire" checked' in page


# ---------------------------------------------------------------- where decisions are offered


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("by", [ESTATE, COMMUNITY, ALLIANCE, SUPERVISOR], ids=lambda actor: actor.id)
def test_a_cases_page_offers_each_decision_that_is_allowed_with_every_field(stage: str, by: Actor) -> None:
    case = case_at(stage)
    offered = {one.kind: one for one in offers(situation(case, by))}
    assert list(offered) == list(allowed_now(case.rules, by, case.state))
    for kind, one in offered.items():
        needed = {question.name for question in questions_of(DECISIONS[kind]) if question.required}
        assert needed <= {field.name for field in one.fields}
        assert one.effect or one.refused


def test_a_meeting_is_offered_whatever_moves_a_case_that_it_hears() -> None:
    ladder = case_at("check_in").rules.ladder
    heard = ladder.accepted("action").union(*(ladder.accepted(tier.stage.id) for tier in ladder.tiers))
    moving = heard - set(AT_ANY_OPEN_STAGE)
    assert moving == {kind for kind, command in DECISIONS.items() if command.offer.meeting is not None}
