"""Personal data in officers' words: what is found, and what only looks like it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.personal import personal_data_in

PHONES = [
    "13812345678",
    "电话13812345678。",
    "(13812345678)",
    "138 1234 5678",
    "138-1234-5678",
    "138.1234.5678",
    "138 12345678",
    "1381234 5678",
    "138-1234 5678",
    "+8613812345678",
    "+86 138 1234 5678",
    "86-138-1234-5678",
    "8613812345678",
    "008613812345678",
    "0086 13812345678",
    "１３８１２３４５６７８",
    "1 3 8 1 2 3 4 5 6 7 8",
    "138–1234–5678",
    "19912345678",
    "16612345678",
    "3栋2-502 13812345678",
    "0530-5612345",
    "0530 5612345",
    "010-62345678",
    "(0530)5612345",
    "（0530）5612345",
    "0530-561 2345",
    "王女士138\n1234\n5678",
]

NO_PERSONAL_DATA = [
    "",
    "NC-2026-000123",
    "NC-2026-138123",
    "见 NC-2026-000123 与 NC-2026-000456",
    "2026-03-04 15:00",
    "2026-03-15 至 2026-03-20",
    "2026-03-15 2026-03-20 3栋",
    "2026.03.15-2026.03.20",
    "20260315103000",
    "¥13,800.00",
    "13800.00元",
    "1380000元",
    "138 000 000.00 元",
    "1,381,234,567元",
    "水表读数 01356.789",
    "电表 13579.2 → 13680.4",
    "订单号 20260304135790123456",
    "订单 202603041357901234",
    "受理单 139",
    "12345热线",
    "110、119、120",
    "400-123-4567",
    "3栋2单元1502",
    "楼号13-14-15-16",
    "车位 A138-1234",
    "运单 1381234567890123",
    "2026-138-1234-5678",
    "合同 2026-15",
    "12812345678",
    "138123456789",
    "1381234567",
    "第138次 12345 元",
]


def check_digit(body: str) -> str:
    """The last character of an identity card's number (GB 11643-1999), written apart from the code's."""
    weights = [2 ** (17 - place) % 11 for place in range(17)]
    remainder = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11
    return "0123456789X"[(12 - remainder) % 11]


@pytest.mark.parametrize("text", PHONES)
def test_a_phone_number_is_found_however_it_is_written(text: str) -> None:
    assert personal_data_in(text) == "phone"


@pytest.mark.parametrize("text", NO_PERSONAL_DATA)
def test_what_only_looks_like_it_is_let_through(text: str) -> None:
    assert personal_data_in(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002X",
        "11010519491231002x",
        "身份证：11010519491231002X。",
        "110105 19491231 002X",
        "110105-19491231-002X",
        "１１０１０５１９４９１２３１００２Ｘ",
        "1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 X",
    ],
)
def test_an_identity_card_is_found_however_it_is_written(text: str) -> None:
    assert personal_data_in(text) == "identity_card"


@pytest.mark.parametrize(
    "text",
    ["110105194912310021", "11010519491331002X", "11010519491231002XX", "911010519491231002X"],
    ids=["wrong check", "no such month", "longer", "longer before"],
)
def test_a_number_that_is_no_identity_card_is_let_through(text: str) -> None:
    assert personal_data_in(text) != "identity_card"


@pytest.mark.parametrize("body", ["20260304135790123", "11010519491331002", "11010518491231002"])
def test_an_order_number_with_a_right_check_digit_has_no_birth_date(body: str) -> None:
    assert personal_data_in(body + check_digit(body)) is None


regions = st.integers(110000, 659999)
births = st.dates(date(1900, 1, 1), date(2026, 12, 31))


@given(regions, births, st.integers(0, 999))
def test_exactly_the_right_check_character_makes_an_identity_card(region: int, born: object, serial: int) -> None:
    body = f"{region}{str(born).replace('-', '')}{serial:03}"
    right = check_digit(body)
    assert personal_data_in(f"住户 {body}{right}") == "identity_card"
    for wrong in set("0123456789X") - {right}:
        assert personal_data_in(f"住户 {body}{wrong}") is None


@given(st.integers(3, 9), st.integers(0, 10**9 - 1), st.sampled_from(["", " ", "-", "."]))
def test_every_mobile_number_is_found_in_its_usual_grouping(second: int, rest: int, gap: str) -> None:
    digits = f"1{second}{rest:09}"
    written = gap.join((digits[:3], digits[3:7], digits[7:]))
    assert personal_data_in(f"联系{written}即可") == "phone"


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(0, 999_999), st.integers(1, 99))
def test_numbers_of_cases_with_dates_and_floors_are_let_through(day: object, serial: int, floor: int) -> None:
    assert personal_data_in(f"{day} NC-{str(day)[:4]}-{serial:06} {floor}层，{day}前") is None
