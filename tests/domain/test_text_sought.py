"""What people look for is found however it is typed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.text.seeking import (
    account_name,
    asked_grams,
    begun_number,
    case_number,
    case_number_beside,
    code,
    emergency_id,
    grams,
    short_number,
    sought,
)

TITLES = st.text(st.sampled_from("电梯北楼单元号3１２５（）()「」、，,·・-－—— AaＡ\u3000"), min_size=1, max_size=20)


def _is_found(title: str, q: str) -> bool:
    return set(asked_grams(q)) <= set(grams(title))


@pytest.mark.parametrize(
    ("title", "q"),
    [
        ("３号楼电梯", "3号楼"),
        ("3号楼电梯", "３号楼"),
        ("牡丹花园（北）", "(北)"),
        ("牡丹花园(北)", "（北）"),
        ("牡丹花园【北】3号楼", "牡丹花园北3号楼"),
        ("牡丹花园北3号楼", "牡丹花园（北）3号楼"),
        ("Ａ座电梯", "a座"),
        ("3－2－501漏水", "3-2-501"),
        ("3—2—501漏水", "3–2–501"),
        ("3 号 楼", "3号楼"),
        ("3号楼", "3 号楼"),
        ("水管漏水,二单元", "漏水，二单元"),
        ("“阳光”家园", '"阳光"'),
        ("电\u200b梯", "电梯"),
        ("电梯停运", "电梯　停运"),
        ("C·D区", "c・d"),
    ],
)
def test_a_title_is_found(title: str, q: str) -> None:
    assert _is_found(title, q)


@pytest.mark.parametrize(
    ("title", "q"), [("1-3号楼", "13号楼"), ("牡丹花园北区", "(北)"), ("3号楼", "4号楼"), ("电梯", "梯电")]
)
def test_another_title_is_not_found(title: str, q: str) -> None:
    assert not _is_found(title, q)


@given(TITLES)
def test_every_title_is_found_by_itself_in_any_width(title: str) -> None:
    half = unicodedata.normalize("NFKC", title)
    wide = "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in half)
    for q in (title, half, wide, title.upper(), f" {title}　"):
        assert _is_found(title, q)
        assert sought(q) == sought(title)


@pytest.mark.parametrize(
    "typed",
    [
        "NC-2026-000057",
        "ＮＣ－２０２６－０００057",
        "NC2026000057",
        "nc 2026 000057",
        "nc—2026—000057",
        " nc-2026\u200b-000057 ",
        "NC.2026.000057",
        "#NC2026000057",
    ],
)
def test_a_cases_number_is_its_number_however_it_is_typed(typed: str) -> None:
    assert case_number(typed) == "NC-2026-000057"


def test_what_is_no_number_is_none() -> None:
    for typed in ("", "57", "000057", "NC-26-57", "电梯", "NC-2026-0000571234567", "2026-000057"):
        assert case_number(typed) is None
    assert case_number("NC-2026-000057-E1") is None
    assert emergency_id("NC-2026-000057") is None


@pytest.mark.parametrize("typed", ["NC-2026-000057-E1", "nc 2026 000057 e1", "ＮＣ２０２６０００057Ｅ１"])
def test_an_emergencys_id_is_its_id_however_it_is_typed(typed: str) -> None:
    assert emergency_id(typed) == "NC-2026-000057-E1"


@pytest.mark.parametrize(
    "typed", ["000046", "46", "#46", "０００046", "2026-000046", "2026000046", "NC2026000046", "-46"]
)
def test_a_short_number_is_of_the_year_of_the_case_beside_it(typed: str) -> None:
    assert case_number_beside(typed, "NC-2026-000057") == "NC-2026-000046"


def test_a_short_number_of_another_year_says_so() -> None:
    assert case_number_beside("2025-000046", "NC-2026-000057") == "NC-2025-000046"
    assert case_number_beside("隔壁那件", "NC-2026-000057") == "隔壁那件"


@pytest.mark.parametrize(
    ("typed", "begins"),
    [
        ("nc-", "NC-"),
        ("nc2026", "NC-2026"),
        ("NC-2026-", "NC-2026-"),
        ("ＮＣ２０２６０", "NC-2026-0"),
        ("nc 2026 000057", "NC-2026-000057"),
        ("nc-20", "NC-20"),
        ("nc", None),
        ("电梯", None),
        ("3号楼", None),
        ("", None),
        ("lift stopped 12", None),
    ],
)
def test_the_beginning_of_a_number_is_found(typed: str, begins: str | None) -> None:
    assert begun_number(typed) == begins


@pytest.mark.parametrize(
    ("typed", "ends"),
    [
        ("000057", "-000057"),
        ("＃０００057", "-000057"),
        ("2026-000057", "-2026-000057"),
        ("2026000057", "-2026-000057"),
        ("57", None),
        ("110", None),
        ("3号楼", None),
        ("NC-2026-000057", None),
        ("2026-11-28", None),
    ],
)
def test_a_short_number_is_the_end_of_one(typed: str, ends: str | None) -> None:
    assert short_number(typed) == ends


@pytest.mark.parametrize("typed", ["ZMZ4ANXG", "ZMZ4 ANXG", "zmz4-anxg", "ＺＭＺ４ＡＮＸＧ", "ZMZ4\u00a0ANXG\u200b"])
def test_a_code_is_its_letters_and_digits(typed: str) -> None:
    assert code(typed) == "ZMZ4ANXG"


@pytest.mark.parametrize("typed", ["alliance", "alliance ", "Alliance", "ＡＬＬＩＡＮＣＥ", "\u200balliance\u3000"])
def test_an_accounts_name_is_trimmed_and_of_any_case(typed: str) -> None:
    assert account_name(typed) == "alliance"


def test_a_persons_name_is_no_accounts() -> None:
    assert account_name("Wang Xiulan") == "wang xiulan"
