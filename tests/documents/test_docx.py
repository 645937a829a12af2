"""DOCX as GB/T 9704-2012 wants it, read back with python-docx and from its XML."""

from __future__ import annotations

import re
from datetime import UTC
from functools import cache
from io import BytesIO
from itertools import pairwise
from typing import Any
from zipfile import ZipFile

import pytest
from docx import Document
from docx.document import Document as Docx
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from documents.docx import BIAO, FANG, HEI, KAI, SONG, docx
from domain.papers.agenda import Agenda, Minutes
from domain.words.bilingual import Name
from tests.documents.given import HARD, an_agenda, an_item, some_minutes


@cache
def agenda() -> Docx:
    return opened(an_agenda())


@cache
def minutes() -> Docx:
    return opened(some_minutes())


def opened(document: Agenda | Minutes, language: str | None = None) -> Docx:
    return Document(BytesIO(docx(document, language)))


def attributes(element: Any, path: str) -> dict[str, str]:
    found = element.find(path, element.nsmap)
    return {name.split("}")[1]: value for name, value in found.attrib.items()}


def styled(file: Docx, style: str) -> list[Paragraph]:
    return [paragraph for paragraph in file.paragraphs if style_of(paragraph) == style]


def style_of(paragraph: Paragraph) -> str | None:
    return paragraph.style.name if paragraph.style else None


def numbered(paragraph: Paragraph) -> tuple[int, int] | None:
    """The paragraph's level and list, if it is numbered."""
    place: Any = paragraph._p.find("w:pPr/w:numPr", paragraph._p.nsmap)
    return None if place is None else (place.ilvl.val, place.numId.val)


def test_the_page_is_a4_with_the_standards_type_area_and_22_lines() -> None:
    (page,) = agenda().sections
    for length, millimetres in (
        (page.page_width, 210),
        (page.page_height, 297),
        (page.top_margin, 37),
        (page.bottom_margin, 35),
        (page.left_margin, 28),
        (page.right_margin, 26),
    ):
        assert length is not None
        assert abs(length - Mm(millimetres)) < Mm(0.05)
    grid = attributes(agenda().element.body, "w:sectPr/w:docGrid")
    assert grid == {"type": "lines", "linePitch": "579"}
    assert int(grid["linePitch"]) * 22 <= Mm(225).twips < int(grid["linePitch"]) * 23


def test_a_line_holds_28_characters() -> None:
    normal = agenda().styles["Normal"].element
    size = int(attributes(normal, "w:rPr/w:sz")["val"]) * 10
    pitch = size + int(attributes(normal, "w:rPr/w:spacing")["val"])
    assert pitch * 28 <= Mm(156).twips < pitch * 29


@pytest.mark.parametrize(
    ("style", "font", "points"),
    [
        ("Normal", FANG, 16),
        ("Title", BIAO, 22),
        ("Heading 1", HEI, None),
        ("Heading 2", KAI, None),
        ("Footer", SONG, 14),
        ("表格", None, 12),
    ],
)
def test_each_style_has_its_font_and_size(style: str, font: str | None, points: int | None) -> None:
    element = agenda().styles[style].element
    if font:
        assert attributes(element, "w:rPr/w:rFonts")["eastAsia"] == font
    if points:
        assert attributes(element, "w:rPr/w:sz")["val"] == str(points * 2)


@pytest.mark.parametrize("file", [agenda, minutes])
def test_every_run_names_its_east_asian_font_and_nothing_hangs_on_a_theme(file: Any) -> None:
    page = file().sections[0]
    for root in (file().element, page.footer._element, page.even_page_footer._element):
        for run in root.iter(qn("w:r")):
            assert run.rPr.rFonts.get(qn("w:eastAsia")) in {SONG, FANG, KAI, HEI, BIAO}
    with ZipFile(BytesIO(docx(an_agenda()))) as archive:
        assert not [part for part in archive.namelist() if b"Theme=" in archive.read(part)]


def test_headings_are_numbered_by_the_standards_four_levels() -> None:
    numbering = agenda().part.numbering_part.element
    assert [text.get(qn("w:val")) for text in numbering.iter(qn("w:lvlText"))][:4] == [
        "%1、",
        "（%2）",
        "%3.",
        "（%4）",
    ]
    kinds = [kind.get(qn("w:val")) for kind in numbering.iter(qn("w:numFmt"))][:4]
    assert kinds == ["chineseCountingThousand", "chineseCountingThousand", "decimal", "decimal"]
    levels = [(style_of(paragraph), *place) for paragraph in agenda().paragraphs if (place := numbered(paragraph))]
    assert set(levels) == {("Heading 1", 0, 1), ("Heading 2", 1, 2), ("第三层", 2, 2), ("第四层", 3, 2)}
    assert sum(name == "Heading 2" for name, _, _ in levels) == 15


def test_where_the_agendas_numbers_jump_the_list_begins_anew_at_that_number() -> None:
    section = an_agenda().sections[1].model_copy(update={"items": (an_item(1), an_item(7), an_item(8))})
    file = opened(an_agenda(sections=(section,), addenda=()))
    lists = [place[1] for paragraph in styled(file, "Heading 2") if (place := numbered(paragraph))]
    assert lists[0] == 2
    assert lists[1] == lists[2] != 2
    numbering: Any = file.part.numbering_part.element
    begun = numbering.num_having_numId(lists[1])
    assert attributes(begun, "w:lvlOverride/w:startOverride") == {"val": "7"}


def test_page_numbers_stand_outside_odd_right_and_even_left() -> None:
    page = agenda().sections[0]
    assert agenda().settings.odd_and_even_pages_header_footer
    for footer, side, indent in ((page.footer, "right", "rightChars"), (page.even_page_footer, "left", "leftChars")):
        (paragraph,) = footer.paragraphs
        assert paragraph.text == "— 1 —"
        assert attributes(paragraph._p, "w:pPr/w:jc") == {"val": side}
        assert attributes(paragraph._p, "w:pPr/w:ind")[indent] == "100"
        assert "PAGE" in [text.text for text in paragraph._p.iter(qn("w:instrText"))]
        for run in paragraph.runs:
            assert attributes(run._r, "w:rPr/w:rFonts")["ascii"] == SONG
    assert page.footer.paragraphs[0].style is not None
    assert page.footer.paragraphs[0].style.font.size == Pt(14)


@pytest.mark.parametrize(
    ("unit", "name_right", "date_right"),
    [("老城社区", 650, 200), ("南城街道“红色物业”联盟综合服务中心", 200, 1150)],
)
def test_the_signature_is_set_from_the_right_by_its_length(unit: str, name_right: int, date_right: int) -> None:
    file = opened(some_minutes(forum_name=Name(zh=f"{unit} · 会议", en="x · y")))
    name, date = styled(file, "Signature")
    assert (name.text, date.text) == (unit, "2026年12月4日")
    assert attributes(name._p, "w:pPr/w:ind")["rightChars"] == str(name_right)
    assert attributes(date._p, "w:pPr/w:ind")["rightChars"] == str(date_right)


def test_resolutions_are_a_table_whose_heading_repeats_and_whose_rows_hold_together() -> None:
    resolutions, carried, heads = minutes().tables
    assert [cell.text for cell in resolutions.rows[0].cells] == ["序号", "诉求件", "决定", "牵头与协办", "成果与时限"]
    assert [row.cells[0].text for row in resolutions.rows[1:]] == [
        str(one.number) for one in some_minutes().resolutions
    ]
    assert resolutions.rows[-1].cells[2].text == f"办结回访\n{HARD}"
    assert len(carried.rows) == 3
    assert heads.rows[1].cells[2].text == some_minutes().resolutions[0].head
    for table in (resolutions, carried, heads):
        assert table.rows[0]._tr.trPr is not None
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr is not None and row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
        widths = [column.width for column in table.columns]
        assert abs(sum(width or 0 for width in widths) - Mm(156)) < Mm(0.5)


def test_minutes_have_the_red_mark_and_name_who_was_there_before_the_signature() -> None:
    mark = styled(minutes(), "纪要标志")
    assert [paragraph.text for paragraph in mark] == ["老城社区", "社区月度工作会议纪要"]
    assert attributes(minutes().styles["纪要标志"].element, "w:rPr/w:color") == {"val": "FF0000"}
    people = styled(minutes(), "出席名单")
    assert [paragraph.text[:3] for paragraph in people] == ["出席：", "请假："]
    texts = [paragraph.text for paragraph in minutes().paragraphs]
    order = [texts.index(text) for text in ("附件：决定所据记录", people[0].text, "2026年12月4日", "附件")]
    assert all(before < after for before, after in pairwise(order))


def test_it_names_no_author_and_no_program() -> None:
    core = minutes().core_properties
    assert core.title == "老城社区 · 社区月度工作会议纪要"
    assert {core.author, core.last_modified_by, core.comments, core.keywords, core.subject} == {""}
    assert core.created == some_minutes().made_at.astimezone(UTC)
    names = ZipFile(BytesIO(docx(some_minutes()))).namelist()
    assert not [name for name in names if re.search("thumbnail|app.xml|customXml|theme|stylesWithEffects", name)]


def test_what_xml_cannot_hold_is_left_out_and_the_rest_kept() -> None:
    section = (
        an_agenda().sections[1].model_copy(update={"items": (an_item(1, summary=f"换行\n和\x00\x0b控制\ufffe{HARD}"),)})
    )
    file = opened(an_agenda(sections=(section,), addenda=()))
    (heading,) = styled(file, "Heading 2")
    assert heading.text == f"NC-2026-000407 换行 和 控制{HARD}（8分钟）"


def test_the_fonts_have_others_to_stand_in_for_them() -> None:
    fonts = ZipFile(BytesIO(docx(an_agenda()))).read("word/fontTable.xml").decode()
    for font in (BIAO, FANG, KAI, HEI, SONG):
        assert re.search(f'<w:font w:name="{font}">\\s*<w:altName w:val="[^"]+"/>', fonts)


def test_it_speaks_english() -> None:
    file = opened(some_minutes(), "en")
    assert [paragraph.text for paragraph in styled(file, "纪要标志")] == [
        "Laocheng Community",
        "community monthly meeting: Minutes",
    ]
    assert styled(file, "Signature")[1].text == "4 December 2026"
    assert file.core_properties.language == "en"
