"""Numbers of people: found in officers' words, however written; taken where they are asked for; and what only looks
like one."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.text.numbers import personal_data_in, telephone, telephone_digits

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
    "05305550123",
    "0530 - 5550123",
    "+86-530-5550123",
    "+86 (0530) 5550123",
    "008605305550123",
    "86-530-5550123",
    "0530—5550123",
    "0530-5550123转8012",
    "０５３０－５５５０１２３",
    "0 5 3 0 5 5 5 0 1 2 3",
    "0530 555 0123",
    "0530 5550 123",
    "138\u200b0013\u200b8000",
    "137,1234,0001",
    "137，1234，0001",
    "138、0013、8000",
    "138/0013/8000",
    "138_0013_8000",
    "138\u20110013\u20118000",
    "138\u00a00013\u00a08000",
    "138\u30000013\u30008000",
    "138\u00ad0013\u00ad8000",
    "\u202d13800138000\u202c",
    "1380 0138 000",
    "138 001 38000",
    "13 800 138 000",
    "1-3-8-0-0-1-3-8-0-0-0",
    "1 3 8 - 0 0 1 3 - 8 0 0 0",
    "138 0013 8000号楼下的李姐",
    "138 1234 5678室内装修",
    "一三八零零一三八零零零",
    "零五三零五五五零一二三",
    "١٣٨٠٠١٣٨٠٠٠",
    "①13800138000",
    "1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣",
    "tel13800138000",
    "微信wx13800138000",
    "手机号13800138000",
    "3号 13800138000",
    "3栋2单元502 138 0013 8000",
    "1 3 5 7 9 11 13 15号楼找 13800138000",
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
    "1 3 5 7 9 11 13 15号楼今晚停水检修",
    "1.3.5.7.9.11.13.15号楼今晚停水检修",
    "1-3-5-7-9-11-13-15号楼今晚停水检修",
    "1·3·5·7·9·11·13·15号楼今晚停水检修",
    "1、3、5、7、9、11、13、15号楼今晚停水检修",
    "１　３　５　７　９　１１　１３　１５号楼",
    "13 15 17 19 21 23号楼",
    "13-15-17-19-211号楼",
    "1501、1502、1503室",
    "1301 1302 1303 1304室",
    "电梯设备SN13805301234",
    "SN-13805301234",
    "发票号码 13805301234",
    "水表13805301234",
    "1302 1501 803室",
    "1381、1201、1302单元",
    "13 15 17 19 21 2号楼",
    "S/N：13805301234",
    "No.13805301234",
    "设备编号：13805301234",
    "SN05305550123",
    "400 1380 0138 000",
    "800 1380 0138 000",
    "13,812,345,678元",
    "二〇二六年十一月二十八日",
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
        "110105\u200b19491231\u200b002X",
        "110105\u00a019491231\u00a0002Ｘ",
        "110105,19491231,002X",
        "1101051949\u20111231002X",
        "号牌3 11010519491231002X",
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


# ---------------------------------------------------------------- generated

GAPS = ("", " ", "-", ".", "\u00a0", "\u3000", "\u2011", "—", "－", ",", "，", "\u200b", "\u2060", " - ")
mobiles = st.builds("1{}{:09}".format, st.integers(3, 9), st.integers(0, 10**9 - 1))
landlines = st.builds(
    "{}|{}{:06}".format, st.sampled_from(["0530", "0531", "0371"]), st.integers(2, 8), st.integers(0, 999_999)
)
unseen = st.sampled_from(["", "\u200b", "\u2060", "\ufeff", "\u00ad", "\u202d", "\u200d"])
wide = str.maketrans("0123456789", "０１２３４５６７８９")


@given(mobiles, st.sampled_from(GAPS), unseen, st.booleans(), st.sampled_from(["", "+86 ", "0086", "86-"]))
def test_every_mobile_number_is_found_whatever_is_between(
    number: str, gap: str, hidden: str, full: bool, country: str
) -> None:
    written = gap.join((number[:3], number[3:7], number[7:]))
    written = f"{country}{written[:5]}{hidden}{written[5:]}"
    assert personal_data_in(f"请联系{written.translate(wide) if full else written}。") == "phone"


@given(landlines, st.sampled_from([gap for gap in GAPS if gap not in ",，"]), unseen, st.sampled_from(["", "+86-"]))
def test_every_landline_is_found_whatever_is_between(number: str, gap: str, hidden: str, country: str) -> None:
    area, own = number.split("|")
    written = f"{country}{area[1:] if country else area}{gap}{own[:3]}{hidden}{own[3:]}"
    assert personal_data_in(f"办公室{written}转8012") == "phone"


houses = st.lists(st.integers(1, 99), min_size=2, max_size=12, unique=True).map(sorted)
rooms = st.builds("{}{:02}".format, st.integers(1, 33), st.integers(1, 8))
makers = st.sampled_from(["SN", "S/N", "NO.", "设备编号", "出厂号", "XZ-", "TKE", "kone-", "合同号："])


@given(
    houses, st.sampled_from([" ", ".", "-", "·", "、", ",", "，", "/", "－"]), st.sampled_from(["号楼", "栋", "单元"])
)
def test_rows_of_houses_are_let_through(numbers: list[int], gap: str, what: str) -> None:
    assert personal_data_in(f"{gap.join(map(str, numbers))}{what}今晚停水检修") is None


@given(st.lists(rooms, min_size=2, max_size=6, unique=True), st.sampled_from(["、", "，", " ", "/"]))
def test_rows_of_rooms_are_let_through(numbers: list[str], gap: str) -> None:
    rising = sorted(numbers, key=int)
    assert personal_data_in(f"{gap.join(rising)}室漏水") is None


@given(makers, mobiles, st.integers(1, 40))
def test_serial_numbers_are_let_through(maker: str, serial: str, house: int) -> None:
    assert personal_data_in(f"{house}号楼电梯设备{maker}{serial}，{house}层") is None


# ---------------------------------------------------------------- to take


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13800138000", "13800138000"),
        ("\u202d13800138000\u202c", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("138\u00a00013\u00a08000", "138 0013 8000"),
        ("138\u30000013\u30008000", "138 0013 8000"),
        ("138\u20110013\u20118000", "138-0013-8000"),
        ("0530—5550123", "0530-5550123"),
        ("0530 - 5550123", "0530-5550123"),
        ("0530-5550123转8012", "0530-5550123转8012"),
        ("0530-5550123 分机 8012", "0530-5550123转8012"),
        ("0530-5550123 ext. 8012", "0530-5550123转8012"),
        ("０５３０－５５５０１２３", "0530-5550123"),
        ("（0530）5550123", "(0530)5550123"),
        ("+86 138 0013 8000", "+86 138 0013 8000"),
        ("(+86)13800138000", "(+86)13800138000"),
        ("tel:+8613800138000", "+8613800138000"),
        ("电话：13800138000", "13800138000"),
    ],
)
def test_a_telephone_is_taken_as_keyboards_and_address_books_write_it(typed: str, kept: str) -> None:
    assert telephone(typed) == kept
    assert telephone(kept) == kept


@pytest.mark.parametrize("typed", ["", "无", "12", "没有电话", "13800138000王女士", "a@b.cn", "1" * 30, "---------"])
def test_what_is_no_telephone_is_none(typed: str) -> None:
    assert telephone(typed) is None


def test_one_telephone_is_counted_as_one_however_it_is_written() -> None:
    written = ["13800138000", "138 0013 8000", "１３８００１３８０００", "+86 138-0013-8000", "0086 13800138000"]
    assert {telephone_digits(one) for one in written} == {"13800138000"}
    assert {telephone_digits(one) for one in ("0530-5550123", "0530-5550123转8012", "（0530）5550123")} == {
        "05305550123"
    }
