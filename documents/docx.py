"""DOCX of an agenda or minutes in the layout of Chinese public bodies' documents (GB/T 9704-2012).

A4 with a type area of 156 × 225 mm holding 22 lines of 28 characters; styles, numbering and settings are the XML
files beside the templates. Every run names its East-Asian font, because programs otherwise take the Latin one's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.document import Document as Docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.section import Section as Page
from docx.shared import Mm
from docx.table import _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from documents.outline import Field, Item, Outline, Section, Table, outline
from documents.words import english, say
from domain.papers.agenda import Agenda, Minutes
from domain.policy.calendar import shanghai
from domain.text.leaving import carried
from domain.words.dates import full_day

SONG, FANG, KAI, HEI, BIAO = "宋体", "仿宋_GB2312", "楷体_GB2312", "黑体", "方正小标宋简体"
LATIN = "Times New Roman"

_TEMPLATES = Path(__file__).with_name("templates")
_BREAK = re.compile(r"\s*[\t\n\r\v\f\x85\u2028\u2029]\s*")
_UNUSED = ("thumbnail", "extended-properties", "customXml", "stylesWithEffects", "webSettings", "theme", "fontTable")
"""Parts of the library's empty document that say nothing, or say where it was made."""


def docx(document: Agenda | Minutes, language: str | None = None) -> bytes:
    """The document as a .docx file. The same value gives the same bytes; it names no author."""
    told = outline(document, language)
    file = _blank()
    _properties(file, told, document.made_at)
    _page(file.sections[0])
    _title(file, told)
    numbers = _CaseNumbers(file, told.language)
    annexes = [section for section in told.sections if section.annex]
    for section in told.sections:
        if not section.annex:
            _section(file, told, section, numbers)
    _afterwards(file, told, annexes)
    _signature(file, told)
    for section in annexes:
        _annex(file, told, section)
    return _packed(file, document.made_at)


# ---------------------------------------------------------------- the empty document


def _blank() -> Docx:
    file = Document()
    for owner in (file.part.package.rels, file.part.rels) if file.part.package else ():
        for key in [key for key, relation in owner.items() if relation.reltype.endswith(_UNUSED)]:
            del owner[key]
    _replace(file.styles.element, "styles.xml")
    _replace(file.part.numbering_part.element, "numbering.xml")
    _replace(file.settings.element, "settings.xml")
    fonts = Part(PackURI("/word/fontTable.xml"), CONTENT_TYPE.WML_FONT_TABLE, _template("fonts.xml"))
    file.part.relate_to(fonts, RELATIONSHIP_TYPE.FONT_TABLE)
    return file


@cache
def _template(name: str) -> bytes:
    return (_TEMPLATES / name).read_bytes()


def _replace(element: Any, name: str) -> None:
    """Gives a part's root element the template's content."""
    for child in list(element):
        element.remove(child)
    for child in parse_xml(_template(name)):
        element.append(child)


def _properties(file: Docx, told: Outline, made_at: datetime) -> None:
    core = file.core_properties
    core.title = _clean(told.title)
    core.author = core.last_modified_by = core.comments = core.keywords = core.subject = core.category = ""
    core.language = "en" if english(told.language) else "zh-CN"
    core.created = core.modified = made_at
    core.revision = 1


def _page(page: Page) -> None:
    """A4 with 天头 37 mm and 订口 28 mm around 156 × 225 mm (5.2.1), its grid (5.2.3) and page numbers (7.5)."""
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
    page.header_distance, page.footer_distance = Mm(15), Mm(25)
    grid = page._sectPr.find(qn("w:docGrid"))  # noqa: SLF001 - the library has no word for the grid
    if grid is None:
        grid = OxmlElement("w:docGrid")
        page._sectPr.append(grid)  # noqa: SLF001
    # 225 mm / 22 lines = 579 twentieths of a point. 28 characters of 16 pt want 156 mm / 28 = 15.79 pt each: the style
    # sets them closer, because a grid with a negative charSpace falls apart in LibreOffice.
    for name in list(grid.attrib):
        del grid.attrib[name]
    _set(grid, type="lines", linePitch=579)
    _page_number(page.footer.paragraphs[0], WD_ALIGN_PARAGRAPH.RIGHT, "right")
    _page_number(page.even_page_footer.paragraphs[0], WD_ALIGN_PARAGRAPH.LEFT, "left")


def _page_number(paragraph: Paragraph, side: WD_ALIGN_PARAGRAPH, indent: str) -> None:
    """``— 1 —`` in 四号 half-width 宋体, one character in from the outer edge."""
    paragraph.style = "footer"
    paragraph.alignment = side
    _indent(paragraph, **{f"{indent}Chars": 100, indent: 280})
    _run(paragraph, "— ", SONG, SONG)
    for kind, text in (("begin", None), (None, "PAGE"), ("separate", None), (None, None), ("end", None)):
        run = _run(paragraph, "1" if (kind, text) == (None, None) else "", SONG, SONG)
        if kind:
            run._r.append(_set(OxmlElement("w:fldChar"), fldCharType=kind))  # noqa: SLF001
        elif text:
            instruction = OxmlElement("w:instrText")
            instruction.text = text
            run._r.append(instruction)  # noqa: SLF001
    _run(paragraph, " —", SONG, SONG)


# ---------------------------------------------------------------- its content


def _title(file: Docx, told: Outline) -> None:
    """The title, unit and meeting on lines apart; minutes carry it as their red mark above a red line (10.3)."""
    minutes = told.kind == "minutes"
    for line in filter(None, (told.unit, told.meeting)):
        _run(file.add_paragraph(style="纪要标志" if minutes else "Title"), line, BIAO)
    file.add_paragraph(style="红色分隔线" if minutes else "Normal")
    if minutes:
        file.add_paragraph(style="Normal")
    for fact in told.facts:
        _labelled(file, fact, told.language, "会议事项")


def _labelled(file: Docx, field: Field, language: str, style: str) -> None:
    """``出席：…`` with its label in 黑体; further lines stand under the first one's text (10.3)."""
    paragraph = file.add_paragraph(style=style)
    label = f"{field.label}{say('colon', language).rstrip()}"
    gap = " " if english(language) else ""
    if english(language):
        _indent(paragraph, leftChars=200, left=640, hangingChars=0, hanging=0)
    else:
        wide = len(label)
        _indent(
            paragraph, leftChars=(2 + wide) * 100, left=(2 + wide) * 320, hangingChars=wide * 100, hanging=wide * 320
        )
    _run(paragraph, f"{label}{gap}", HEI)
    _run(paragraph, field.values[0], FANG)


def _afterwards(file: Docx, told: Outline, annexes: list[Section]) -> None:
    """After the text, each a line below: what is annexed (7.3.4), who was there (10.3)."""
    if annexes:
        file.add_paragraph(style="Normal")
        titles = say("comma", told.language).join(section.title for section in annexes)
        text = f"{say('annex', told.language)}{say('colon', told.language)}{titles}"
        _run(file.add_paragraph(style="Body Text"), text, FANG)
    if told.attendance:
        file.add_paragraph(style="Normal")
    for field in told.attendance:
        _labelled(file, field, told.language, "出席名单")


def _annex(file: Docx, told: Outline, section: Section) -> None:
    """On a page of its own, with its title on the third line (7.3.7)."""
    _run(file.add_paragraph(style="附件"), say("annex", told.language), HEI)
    file.add_paragraph(style="Normal")
    _run(file.add_paragraph(style="Title"), section.title, BIAO)
    file.add_paragraph(style="Normal")
    _content(file, section)


def _section(file: Docx, told: Outline, section: Section, numbers: _CaseNumbers) -> None:
    language = told.language
    heading = _numbered(file, "heading 1", 0, 3 if english(language) else 1)
    _run(heading, section.title, HEI)
    if section.note:
        _run(heading, f" ({section.note})" if english(language) else f"（{section.note}）", FANG)
    _content(file, section)
    for item in section.items:
        _item(file, item, language, numbers.list_for(item.number))


def _content(file: Docx, section: Section) -> None:
    for line in section.lines:
        _run(file.add_paragraph(style="Body Text"), line, FANG)
    if section.table:
        _table(file, section.table)


def _item(file: Docx, item: Item, language: str, numbering: int) -> None:
    heading = _numbered(file, "heading 2", 1, numbering)
    _run(heading, f"{item.case} {item.heading}", KAI)
    for tag in item.tags:
        _run(heading, f" [{tag}]" if english(language) else f"【{tag}】", HEI)
    note = f" ({item.length})" if english(language) else f"（{item.length}）"
    _run(heading, note, KAI)
    point: Paragraph | None = None
    for field in item.fields:
        if point is None or not field.joins:
            point = _numbered(file, "第三层", 2, numbering)
        else:
            _run(point, "; " if english(language) else "；", FANG)
        _point(file, point, field, language, numbering)


def _point(file: Docx, point: Paragraph, field: Field, language: str, numbering: int) -> None:
    colon = say("colon", language)
    many = len(field.values) > 1
    label = f"{field.label}{colon.rstrip() if many else colon}"
    _run(point, label, HEI if field.strong else FANG)
    if not many:
        _run(point, field.values[0], FANG)
        return
    point.paragraph_format.keep_with_next = True
    for value in field.values:
        _run(_numbered(file, "第四层", 3, numbering), value, FANG)


def _table(file: Docx, table: Table) -> None:
    """A table over the whole type area whose heading comes again on every page."""
    grid = file.add_table(rows=0, cols=len(table.headers), style="Table Grid")
    grid.autofit = False
    layout = grid._tbl.tblPr  # noqa: SLF001
    for width in layout.findall(qn("w:tblW")):
        _set(width, type="dxa", w=sum(Mm(each).twips for each in table.widths))
    for column, width in zip(grid.columns, table.widths, strict=True):
        column.width = Mm(width)
    rows: list[tuple[tuple[tuple[str, ...], ...], bool]] = [(tuple((header,) for header in table.headers), True)]
    rows += [(row, False) for row in table.rows]
    for cells, head in rows:
        row = grid.add_row()
        properties = row._tr.get_or_add_trPr()  # noqa: SLF001
        properties.append(OxmlElement("w:cantSplit"))
        if head:
            properties.append(OxmlElement("w:tblHeader"))
        for place, (cell, lines) in enumerate(zip(row.cells, cells, strict=True)):
            cell.width = Mm(table.widths[place])
            style = "校验值" if place == table.code_column else "表格"
            _cell(cell, lines, "表头" if head else style, HEI if head else FANG)


def _cell(cell: _Cell, lines: Iterable[str], style: str, font: str) -> None:
    paragraph: Paragraph | None = cell.paragraphs[0]
    for line in lines or ("",):
        paragraph = paragraph or cell.add_paragraph()
        paragraph.style = style
        _run(paragraph, line, font, "Courier New" if style == "校验值" else LATIN)
        paragraph = None


def _signature(file: Docx, told: Outline) -> None:
    """Who signs and when (7.3.5.2): two characters in from the right, the date two in from the name's left."""
    date = full_day(told.signed_on, told.language)
    name, when = _width(told.signed_by), _width(date)
    indents = (2.0, name - when) if name >= when else (when + 4 - name, 2.0)
    file.add_paragraph(style="Normal").paragraph_format.keep_with_next = True
    for text, right in zip((told.signed_by, date), indents, strict=True):
        paragraph = file.add_paragraph(style="Signature")
        paragraph.paragraph_format.keep_with_next = text != date
        _indent(paragraph, rightChars=round(right * 100), right=round(right * 320))
        _run(paragraph, text, FANG)


def _width(text: str) -> float:
    """How many whole characters a line of text is wide."""
    return sum(1.0 if unicodedata.east_asian_width(sign) in "WFA" else 0.5 for sign in text)


# ---------------------------------------------------------------- XML


class _CaseNumbers:
    """The list that numbers the cases: it counts by itself, and where an agenda's numbers jump a new one begins."""

    def __init__(self, file: Docx, language: str) -> None:
        self._numbering = file.part.numbering_part.element
        self._abstract = 4 if english(language) else 2
        self._list, self._next = self._abstract, 1

    def list_for(self, number: int) -> int:
        """The id of the list in which the next case has this number."""
        if number != self._next:
            begun = self._numbering.add_num(self._abstract)
            begun.add_lvlOverride(1).add_startOverride(number)
            self._list = begun.numId
        self._next = number + 1
        return self._list


def _numbered(file: Docx, style: str, level: int, numbering: int) -> Paragraph:
    paragraph = file.add_paragraph(style=style)
    place = paragraph._p.get_or_add_pPr().get_or_add_numPr()  # noqa: SLF001
    place.get_or_add_ilvl().val = level
    place.get_or_add_numId().val = numbering
    return paragraph


def _run(paragraph: Paragraph, text: str, font: str, latin: str = LATIN) -> Run:
    """Text with both of its fonts named; quotes and dashes beside Chinese take the East-Asian one."""
    run = paragraph.add_run(_clean(text))
    if font == HEI and text.isascii():  # 黑体 has no Latin likeness but bold
        run.bold = True
    fonts = run._r.get_or_add_rPr().get_or_add_rFonts()  # noqa: SLF001
    _set(fonts, ascii=latin, hAnsi=latin, eastAsia=font, cs=LATIN)
    if not text.isascii():
        _set(fonts, hint="eastAsia")
    return run


def _clean(text: str) -> str:
    """On one line, without what XML cannot hold."""
    return carried(_BREAK.sub(" ", text))


def _indent(paragraph: Paragraph, **attributes: int) -> None:
    _set(paragraph._p.get_or_add_pPr().get_or_add_ind(), **attributes)  # noqa: SLF001


def _set(element: Any, **attributes: object) -> Any:
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), str(value))
    return element


def _packed(file: Docx, made_at: datetime) -> bytes:
    """The file with the document's own time on every part of the archive instead of the clock's."""
    saved, packed = BytesIO(), BytesIO()
    file.save(saved)
    stamp = shanghai(made_at).timetuple()[:6]
    with ZipFile(saved) as source, ZipFile(packed, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = ZipInfo(name, date_time=(stamp[0], stamp[1], stamp[2], stamp[3], stamp[4], stamp[5]))
            entry.compress_type = ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return packed.getvalue()
