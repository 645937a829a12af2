"""Markdown: what is written comes back as it was, and nothing that people wrote is markup."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as hypothetically
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from documents.markdown import markdown
from domain.text.leaving import carried
from domain.text.leaving import markdown as escaped
from tests.documents.given import HARD, a_sitting, an_agenda, an_item, some_minutes

READER = MarkdownIt("commonmark").enable("table")
WRITTEN = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=80)


def plain(token: Token) -> str:
    """An inline token's text; any markup in it but bold, breaks and the writer's own <br> is an error."""
    parts = []
    for child in token.children or []:
        if child.type in ("text", "text_special"):
            parts.append(child.content)
        elif child.type == "html_inline":
            assert child.content == "<br>"
            parts.append("\n")
        else:
            assert child.type in ("strong_open", "strong_close", "em_open", "em_close", "hardbreak"), child
    return "".join(parts)


def tables(text: str) -> list[list[list[str]]]:
    """Every table's rows of cells."""
    found: list[list[list[str]]] = []
    tokens = READER.parse(text)
    for place, token in enumerate(tokens):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type in ("th_open", "td_open"):
            found[-1][-1].append(plain(tokens[place + 1]))
    return found


@hypothetically(WRITTEN)
def test_whatever_is_written_in_a_list_is_read_back_as_plain_text(text: str) -> None:
    tokens = READER.parse(f"- {escaped(text)}\n")
    kinds = {token.type for token in tokens}
    assert kinds <= {
        "bullet_list_open",
        "list_item_open",
        "paragraph_open",
        "inline",
        "paragraph_close",
        "list_item_close",
        "bullet_list_close",
    }
    assert "".join(plain(token) for token in tokens if token.type == "inline") == " ".join(carried(text).split())


@hypothetically(WRITTEN, WRITTEN)
def test_a_resolution_survives_the_table(decision: str, deliverable: str) -> None:
    minutes = some_minutes()
    one = minutes.resolutions[0].model_copy(
        update={"decision": decision, "reason": None, "deliverable": deliverable or None, "due_date": None}
    )
    rows = tables(markdown(minutes.model_copy(update={"resolutions": (one,)})))[0]
    assert rows[1][2] == " ".join(carried(decision).split())
    assert rows[1][4] == " ".join(carried(deliverable).split())


def test_the_minutes_tables_have_every_resolution_and_every_case_carried_over() -> None:
    minutes = some_minutes()
    resolutions, carried, heads = tables(markdown(minutes))
    assert resolutions[0] == ["序号", "诉求件", "决定", "牵头与协办", "成果与时限"]
    assert resolutions[1] == [
        "1",
        "NC-2026-000407\n鼓楼苑供暖：东区二次管网压力不足，室温不达标\n【督办】",
        "制定方案\n维修资金应急程序条件具备，业主代表到会同意。",
        "城建\n协办：综治",
        "修复并取得检验合格证，公示三日\n2026年12月18日前",
    ]
    assert [row[0] for row in resolutions[1:]] == [str(one.number) for one in minutes.resolutions]
    assert resolutions[-1][2] == f"办结回访\n{HARD}"
    assert [row[1] for row in carried[1:]] == ["3", "1"]
    assert carried[1][2] == "2027年1月6日（星期三）15:00—17:00"
    assert heads[1:] == [[one.case, str(one.version), one.head] for one in minutes.resolutions]


def test_an_agenda_reads_in_the_meetings_order() -> None:
    tokens = READER.parse(markdown(an_agenda()))
    headings = [plain(tokens[place + 1]) for place, token in enumerate(tokens) if token.type == "heading_open"]
    assert headings[0] == "老城社区 · 社区月度工作会议议程"
    sections = [text.split("（")[0] for text in headings if text[0].isdigit() and "NC-" not in text]
    assert sections[:3] == ["1. 上次会议纪要", "2. 督办事项", "3. 逾期与近期到期事项"]
    assert sections[-2:] == ["10. 补充议题", "11. 时间所限未列入"]
    cases = [text for text in headings if "NC-" in text]
    assert [text.split(". ")[0] for text in cases] == [str(number) for number in range(1, 16)]
    assert HARD in cases[-1]


def test_a_draft_and_an_empty_agenda_say_so() -> None:
    text = markdown(an_agenda(frozen_at=None, addenda=(), not_fitting=()))
    assert "议程（草案）" in text
    assert "草案，2026年11月30日 15:00定稿" in text
    assert "补充议题" not in text
    assert markdown(an_agenda(sections=(), addenda=(), not_fitting=())).endswith("老城社区  \n2026年11月30日\n")


@pytest.mark.parametrize(
    ("by", "reason", "says"),
    [
        ("arrived_while_freezing", "", "定稿时到达，自动列入（2026年12月1日 09:30）"),
        ("decision", "险情", "险情（工作人员增补，2026年12月1日 09:30）"),
        ("老城社区", "险情", "险情（老城社区，2026年12月1日 09:30）"),
    ],
)
def test_an_addendum_says_why_it_is_there(by: str, reason: str, says: str) -> None:
    late = an_agenda().addenda[0].model_copy(update={"by": by, "reason": reason})
    assert f"- **补充缘由**：{says}\n" in markdown(an_agenda(addenda=(late,)))


@pytest.mark.parametrize(
    ("tabled", "says"),
    [
        ({"first_tabled": a_sitting().starts_at, "times_tabled": 1}, "首次"),
        ({"first_tabled": a_sitting("2026-09-02 15:00").starts_at, "times_tabled": 4}, "2026年9月2日首次上会，累计4次"),
        ({"times_tabled": 2}, "累计2次"),
        ({}, None),
    ],
)
def test_an_item_says_how_often_it_was_tabled(tabled: dict[str, Any], says: str | None) -> None:
    section = an_agenda().sections[3].model_copy(update={"items": (an_item(1, **tabled),)})
    told = [line for line in markdown(an_agenda(sections=(section,), addenda=())).splitlines() if "上会情况" in line]
    assert told == ([f"- **上会情况**：{says}"] if says else [])


def test_thousands_of_cases_that_do_not_fit_are_counted_and_the_first_named() -> None:
    cases = tuple(f"NC-2026-{number:06d}" for number in range(10_000))
    text = markdown(an_agenda(not_fitting=cases))
    assert "以下10000件本次排不下" in text
    assert "NC-2026-000199" in text
    assert "NC-2026-000200" not in text
    assert "另有9800件，见议程数据（JSON）" in text


def test_minutes_of_a_sitting_that_nobody_recorded_say_so() -> None:
    text = markdown(some_minutes(chair=None, recorder=None, present=(), absent=(), resolutions=(), carried_over=()))
    assert "**主持**：未记录" in text
    assert "**出席**：未记录" in text
    assert "本次会议未对诉求件作出决定。" in text


def test_it_speaks_english() -> None:
    text = markdown(some_minutes(), "en")
    assert text.startswith("# Laocheng Community · community monthly meeting: Minutes\n")
    assert "- **Time**: Wednesday, 2 December 2026, 15:00–17:00" in text
    assert "## 1\\. Decisions (10 cases)" in text
    assert "with 消防, 应急" in text
