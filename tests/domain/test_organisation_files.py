"""An organisation goes out as a file or as tables, and comes back as it was; a mistake is named by its line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given

from domain.policy.organisation import Organisation
from domain.policy.organisation_changes import changes
from domain.policy.organisation_files import COLUMNS, as_file, as_table, as_yaml, cadence_text, read_tables, table_of
from domain.policy.policy_file import PolicyError, parse_policy
from services.policy_folder import decoded
from tests.domain.organisations import organisations
from tests.domain.test_organisation import FOUR_TIERS, NANCHENG

BEICHENG = parse_policy(Organisation, FOUR_TIERS, "organisation.yaml")


def tables(organisation: Organisation) -> dict[str, str]:
    return {f"{table}.csv": as_table(organisation, table) for table in COLUMNS}


def mistakes(files: dict[str, str]) -> list[tuple[str, int, str, str]]:
    with pytest.raises(PolicyError) as caught:
        read_tables(files, BEICHENG, "8")
    return [(it.path, it.line, it.field, it.message.en) for it in caught.value.problems]


def units_with(old: str, new: str) -> dict[str, str]:
    text = as_table(BEICHENG, "units")
    assert old in text
    return {"units.csv": text.replace(old, new, 1)}


@given(organisations())
def test_an_organisation_that_is_written_as_yaml_is_read_as_the_same(one: Organisation) -> None:
    assert parse_policy(Organisation, as_yaml(one), "organisation.yaml") == one


@given(organisations(), organisations())
def test_an_organisations_tables_make_another_one_to_the_same(one: Organisation, other: Organisation) -> None:
    beside = other.model_copy(update={"tiers": one.tiers})
    read = read_tables(tables(one), beside, one.version)
    expected = one.model_copy(update={"name": other.name, "case_prefix": other.case_prefix})
    assert not changes(read, Organisation.model_validate(expected.model_dump()))


def test_nancheng_goes_out_and_comes_back() -> None:
    assert parse_policy(Organisation, as_yaml(NANCHENG), "x") == NANCHENG
    assert read_tables(tables(NANCHENG), NANCHENG, "1") == NANCHENG
    first, mudan = (
        as_table(NANCHENG, "units").split("\r\n")[:3:2][0],
        "mudan-garden,牡丹花园,Mudan Garden,estate,laocheng,market",
    )
    assert first == "id,name_zh,name_en,tier,parent,kind,company,cadence"
    assert mudan in as_table(NANCHENG, "units")


@pytest.mark.parametrize(
    "written",
    [
        lambda text: '"' + text.replace(",", '","').replace("\r\n", '"\r\n"').removesuffix('"'),
        lambda text: text.replace("\r\n", ",,\r\n"),
        lambda text: "sep=,\r\n" + text,
        lambda text: '"sep=;"\r\n' + text.replace(",", ";"),
        lambda text: "sep=,,,\n" + text.replace("\r\n", ",,\n"),
        lambda text: text.replace(",", ";"),
        lambda text: text.replace(",", "\t"),
        lambda text: "\r\n,,,\r\n" + text,
        lambda text: "\ufeff" + text.replace("\r\n", "\r"),
        lambda text: text.replace("id,name_zh", "ID, Name_zh "),
    ],
    ids=["quoted", "commas", "sep", "sep quoted", "all", "semicolons", "tabs", "blank first", "CR alone", "capitals"],
)
def test_tables_are_read_as_spreadsheets_write_them(written: Callable[[str], str]) -> None:
    files = {name: written(text) for name, text in tables(NANCHENG).items()}
    assert [table_of(text) for text in files.values()] == list(COLUMNS)
    assert read_tables(files, NANCHENG, "1") == NANCHENG


def test_a_spreadsheets_file_in_gbk_is_read() -> None:
    sent = decoded((Path(__file__).parents[1] / "files" / "companies-quoted-gbk.csv").read_bytes())
    others = [row for row in as_table(NANCHENG, "companies").splitlines()[1:] if not row.startswith("nancheng-gyzy")]
    read = read_tables({"companies.csv": sent + "\n".join(others)}, NANCHENG, "9")
    first = read.companies[0]
    assert (first.id, first.name.zh, first.state_owned) == ("nancheng-gyzy", "南城国有物业", True)
    assert len(read.companies) == len(NANCHENG.companies)


def test_a_tables_file_says_that_it_is_utf_8() -> None:
    text = as_table(NANCHENG, "units")
    assert as_file(NANCHENG, "units") == b"\xef\xbb\xbf" + text.encode()
    for encoding in ("utf-8-sig", "utf-8", "gb18030", "utf-16"):
        assert decoded(text.encode(encoding)) == text.replace("\r\n", "\n")


def test_a_mistakes_line_is_the_files_own_also_below_a_separator() -> None:
    wrong = units_with("laonian,老年社区", "laonian,")["units.csv"]
    line, below = mistakes({"units.csv": wrong})[0][1], mistakes({"units.csv": "sep=,\r\n" + wrong})[0][1]
    assert below == line + 1


def test_a_chain_of_units_without_end_is_refused() -> None:
    rows = "".join(f"u{n},a,b,,u{n - 1},,,\n" for n in range(1, 6000))
    found = mistakes({"units.csv": "id,name_zh,name_en,tier,parent,kind,company,cadence\nu0,a,b,,,,,\n" + rows})
    assert found
    assert not [message for *_, message in found if "belongs to itself" in message]


def test_many_units_at_the_top_are_named_in_short() -> None:
    rows = "".join(f"u{n},a,b,,,,,\n" for n in range(9000))
    ((*_, message),) = mistakes({"units.csv": "id,name_zh,name_en,tier,parent,kind,company,cadence\n" + rows})
    assert "there are 9000 (u0, u1" in message
    assert len(message) < 200


def test_the_file_stays_one_that_people_read() -> None:
    text = as_yaml(NANCHENG)
    assert (
        "  - {id: nancheng-gyzy, name: {zh: 南城国有物业, en: Nancheng State Property Services}, state_owned: true}"
        in text
    )
    assert "cadence: {every: week, weekday: monday, time: 16:00, minutes: 60}" in text.replace("'", "")
    assert max(map(len, text.splitlines())) <= 120


def test_a_table_is_known_by_its_first_line() -> None:
    assert [table_of(as_table(NANCHENG, table)) for table in COLUMNS] == list(COLUMNS)
    assert table_of("\ufeff" + as_table(NANCHENG, "units")) == "units"
    assert table_of("version: 1\n") is None


@pytest.mark.parametrize("odd", ["\uffff", "\ufffe", "\x00"])
def test_a_name_that_nothing_can_write_down_is_named_by_its_line(odd: str) -> None:
    with pytest.raises(PolicyError) as refused:
        read_tables({"a.csv": f"id,name_zh,name_en,state_owned\nanju,安{odd}居,Anju,true\n"}, BEICHENG, "8")
    assert [(one.line, one.field, one.message.code) for one in refused.value.problems] == [
        (2, "name_zh", "unprintable_text")
    ]


@pytest.mark.parametrize("name", ["＝安居", "＠安居", "+安居", "'安居", "'=安居"])
def test_a_name_that_looks_like_a_formula_goes_out_guarded_and_comes_back(name: str) -> None:
    given = read_tables({"a.csv": f"id,name_zh,name_en,state_owned\nanju,'{name},Anju,true\n"}, BEICHENG, "8")
    assert given.company("anju").name.zh == name
    table = as_table(given, "companies")
    assert f"anju,'{name}," in table
    assert read_tables({"a.csv": table}, BEICHENG, "8").company("anju").name.zh == name


def test_a_name_is_read_without_what_nobody_sees() -> None:
    table = "id,name_zh,name_en,state_owned\r\nanju,\u202e安\u200b居,Anju,true\r\n"
    assert read_tables({"a.csv": table}, BEICHENG, "8").company("anju").name.zh == "安居"


def test_one_table_alone_leaves_the_rest_as_it_is() -> None:
    became = read_tables({"a.csv": "id,name_zh,name_en,state_owned\nanju,安居,Anju,true\n"}, BEICHENG, "8")
    assert became.company("anju").state_owned
    assert became.root == BEICHENG.root
    assert became.version == "8"


def test_a_cadence_is_one_cell() -> None:
    files = units_with(
        "yuan-1,一号院,Court 1,estate,qingnian,market,anju,",
        "yuan-1,一号院,Court 1,estate,qingnian,market,anju,month last friday 15:00 90",
    )
    cadence = read_tables(files, BEICHENG, "8").unit("yuan-1").cadence
    assert cadence is not None
    assert cadence_text(cadence) == "month last friday 15:00 90"
    assert mistakes(units_with("market,anju,", "market,anju,mondays"))[0][:3] == ("units.csv", 5, "cadence")


def test_a_name_that_a_spreadsheet_would_take_for_a_formula_is_no_formula() -> None:
    named = parse_policy(Organisation, FOUR_TIERS.replace("zh: 安居", 'zh: "=1+1"'), "x")
    assert "anju,'=1+1,Anju" in as_table(named, "companies")
    assert read_tables(tables(named), named, "7") == named


def test_a_table_whose_columns_are_not_its_own_is_refused() -> None:
    assert mistakes({"a.csv": "id|name_zh|name_en\n"})[0][:3] == ("a.csv", 1, "")
    assert mistakes({"a.csv": "id,name_zh,name_en,colour\n"}) == [("a.csv", 1, "colour", "is not a column of it")]
    assert ("a.csv", 1, "tier", "the column is missing") in mistakes({"a.csv": "id,name_zh,name_en,parent\n"})


def test_the_same_table_twice_is_refused() -> None:
    one = as_table(BEICHENG, "companies")
    assert "is given twice" in mistakes({"a.csv": one, "b.csv": one})[0][3]


@pytest.mark.parametrize(
    ("old", "new", "line", "column"),
    [
        ("market,anju", "market,nobody", 5, "company"),
        ("market,anju", "hotel,anju", 5, "kind"),
        ("一号院,Court 1", ",Court 1", 5, "name_zh"),
        ("Court 1,estate", "Court 1,community", 5, "tier"),
        ("yuan-2,", "yuan-1,", 6, "id"),
        ("yuan-2,二号院,Court 2,estate,qingnian", "yuan-2,二号院,Court 2,estate,nowhere", 6, "parent"),
        ("west,西片区,West,area,beicheng", "west,西片区,West,area,", 7, "parent"),
        ("laonian,老年社区,Laonian,community,west", "laonian,老年社区,Laonian,community,yuan-3", 8, "parent"),
        ("self_governed,,\r\nwest", "self_governed,,,x,y\r\nwest", 6, ""),
    ],
)
def test_a_mistake_in_a_row_is_named_by_line_and_column(old: str, new: str, line: int, column: str) -> None:
    assert ("units.csv", line, column) in [found[:3] for found in mistakes(units_with(old, new))]


def test_what_is_no_csv_is_told() -> None:
    assert "not CSV" in mistakes(units_with("一号院", '"一号"院'))[0][3]
