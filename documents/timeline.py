"""A playbook's timeline as a picture: each party a lane, each task a bar from its opening to its completion (SVG).

The axis is nearly logarithmic, so that half an hour and half a year are both to be seen. Working days and months are
drawn as long as they are at least. The picture is white, so that it prints; nothing in it is told by colour alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from html import escape

from domain.policy.playbook import Playbook
from domain.policy.playbook_parts import Task
from domain.policy.span import at_least
from domain.words import dates
from domain.words.bilingual import Name, text

WIDTH = 1500
_LEFT, _RIGHT, _TOP = 210, 40, 118
_ROW, _BAR, _GAP = 24, 14, 10
_INK, _QUIET, _LINE, _RED = "#1f2328", "#57606a", "#d0d7de", "#a40e26"
_FILLS = ("#c8372d", "#1f6feb", "#2da44e", "#9a6700", "#8250df", "#1b7c83", "#bf3989", "#57606a")
"""By phase, in order."""
_FONT = "'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',sans-serif"
_TICKS = (
    "5min",
    "10min",
    "20min",
    "30min",
    "1h",
    "2h",
    "4h",
    "8h",
    "12h",
    "24h",
    "2d",
    "3d",
    "5d",
    "7d",
    "10d",
    "15d",
    "20d",
    "30d",
    "45d",
    "60d",
    "90d",
    "120d",
    "150d",
)
_WORDS: dict[str, Name] = {
    "lead": Name(zh="实心：牵头", en="solid: lead"),
    "support": Name(zh="浅色：配合", en="pale: support"),
    "optional": Name(zh="虚线：非必办", en="dashed: not required"),
    "sign": Name(zh="竖刻：签收时限", en="notch: to be signed for by"),
    "from": Name(zh="自启动（T0）起", en="from the declaration (T0)"),
    "cap": Name(zh="最长期限", en="cap"),
    "within": Name(zh="开始后{span}内", en="within {span} of its opening"),
    "source": Name(
        zh="† 数字取自外地法规或由本级拟定，出处见预案文件中的 source",
        en="† figures from other places' law or proposed here; where from is in the playbook's source fields",
    ),
}


def due_in_words(task: Task, language: str) -> str:
    """By when a task is to be completed: so long after T0, or within so long of its opening."""
    if task.complete_within is None:
        return dates.span(task.complete_by, language)
    return text(_WORDS["within"], language, span=dates.span(task.complete_within, language))


@dataclass(frozen=True, slots=True)
class _Axis:
    """Where an instant after T0 is drawn. Up to about ``near`` it is even; from there on each doubling takes as much
    room as the one before."""

    near: timedelta
    cap: timedelta

    def x(self, after: timedelta) -> float:
        share = math.log1p(after / self.near) / math.log1p(self.cap / self.near)
        return _LEFT + share * (WIDTH - _LEFT - _RIGHT)


@dataclass(frozen=True, slots=True)
class _Row:
    """One task's bar and how far down it is."""

    task: Task
    opens: timedelta
    ends: timedelta
    y: float

    @property
    def middle(self) -> float:
        return self.y + _ROW / 2


@dataclass(frozen=True, slots=True)
class _Lane:
    """A party's rows."""

    party: str
    top: float
    rows: tuple[_Row, ...]

    @property
    def bottom(self) -> float:
        return self.top + len(self.rows) * _ROW + _GAP


def timeline(playbook: Playbook, parties: Mapping[str, Name], language: str) -> str:
    """The picture as an SVG document. ``parties``: their names, in the order in which their lanes are drawn."""
    lanes = tuple(_lanes(playbook, parties))
    axis = _Axis(2 * min(at_least(task.sign_within) for task in playbook.tasks), at_least(playbook.cap))
    bottom = lanes[-1].bottom
    height = bottom + 62
    parts = [
        *_head(playbook, language),
        *_legend(playbook, language),
        *_grid(axis, bottom, language),
        *(line for lane in lanes for line in _lane(lane, parties, language)),
        *_marks(playbook, axis, bottom, language),
        *_ways(axis, lanes),
        *(line for lane in lanes for row in lane.rows for line in _bar(playbook, axis, row, language)),
        _text(_LEFT, bottom + 46, _WORDS["source"].in_(language), size=12, fill=_QUIET),
    ]
    title = escape(playbook.name.in_(language))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" '
        f'viewBox="0 0 {WIDTH} {height:.0f}" font-family="{_FONT}" role="img">\n<title>{title}</title>\n'
        f'<rect width="100%" height="100%" fill="#ffffff"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _lanes(playbook: Playbook, parties: Mapping[str, Name]) -> Iterator[_Lane]:
    top = float(_TOP)
    for party in parties:
        own = [task for task in playbook.tasks if task.party == party]
        if own:
            lane = _Lane(party, top, tuple(_rows(playbook, own, top + _GAP / 2)))
            yield lane
            top = lane.bottom


def _rows(playbook: Playbook, tasks: Iterable[Task], top: float) -> Iterator[_Row]:
    bars = [(playbook.opening_at_least(task), _end(playbook, task), task) for task in tasks]
    for index, (opens, ends, task) in enumerate(sorted(bars, key=lambda bar: bar[:2])):
        yield _Row(task, opens, ends, top + index * _ROW)


def _end(playbook: Playbook, task: Task) -> timedelta:
    by = at_least(task.complete_by)
    if task.complete_within is None:
        return by
    return min(by, playbook.opening_at_least(task) + at_least(task.complete_within))


# ---------------------------------------------------------------- the parts


def _head(playbook: Playbook, language: str) -> Iterator[str]:
    yield _text(24, 34, f"{playbook.name.in_(language)} · {playbook.ref}", size=20, weight=600)
    yield _text(24, 56, _cut(playbook.summary.in_(language), WIDTH - 60, 13), size=13, fill=_QUIET)


def _legend(playbook: Playbook, language: str) -> Iterator[str]:
    x = 24.0
    for index, phase in enumerate(playbook.phases):
        name = phase.name.in_(language)
        yield f'<rect x="{x:.1f}" y="68" width="12" height="12" rx="2" fill="{_fill(index)}"/>'
        yield _text(x + 17, 79, name, size=12)
        x += 17 + _width(name, 12) + 18
    rest = " · ".join(_WORDS[word].in_(language) for word in ("lead", "support", "optional", "sign"))
    yield _text(x + 6, 79, rest, size=12, fill=_QUIET)


def _grid(axis: _Axis, bottom: float, language: str) -> Iterator[str]:
    yield _text(24, _TOP - 8, _WORDS["from"].in_(language), size=12, fill=_QUIET)
    yield _line(_LEFT, _TOP, _LEFT, bottom, _INK)
    yield _text(_LEFT, _TOP - 8, "T0", size=12, weight=600, anchor="middle")
    free, end = _LEFT + 14.0, axis.x(axis.cap) - 40
    for span in _TICKS:
        x, words = axis.x(at_least(span)), dates.span(span, language)
        half = _width(words, 11) / 2 + 5
        if x - half < free or x + half > end:
            continue
        free = x + half
        yield _line(x, _TOP, x, bottom, _LINE)
        yield _text(x, _TOP - 8, words, size=11, fill=_QUIET, anchor="middle")


def _lane(lane: _Lane, parties: Mapping[str, Name], language: str) -> Iterator[str]:
    yield _line(0, lane.top, WIDTH, lane.top, _LINE)
    name = _cut(parties[lane.party].in_(language), _LEFT - 34, 13)
    yield _text(24, lane.top + _GAP / 2 + _ROW / 2 + 5, name, size=13, weight=600)


def _marks(playbook: Playbook, axis: _Axis, bottom: float, language: str) -> Iterator[str]:
    """What is no task: the extraordinary sitting, alarms, the cap."""
    yield _line(0, bottom, WIDTH, bottom, _LINE)
    marks = [(at_least(alarm.at), alarm.name, alarm.at) for alarm in playbook.alarms]
    if playbook.sitting is not None:
        marks.append((at_least(playbook.sitting.at), playbook.sitting.title, playbook.sitting.at))
    marks.append((axis.cap, _WORDS["cap"], playbook.cap))
    ends = -1.0
    for after, name, span in sorted(marks, key=lambda mark: mark[0]):
        x, words = axis.x(after), f"{name.in_(language)} {dates.span(span, language)}†"
        start = min(x, WIDTH - _RIGHT - _width(words, 11) + 24)
        lower = start < ends + 8
        ends = max(ends, start + _width(words, 11))
        yield _line(x, _TOP, x, bottom + (20 if lower else 6), _RED, dashed=after != axis.cap)
        yield _text(start, bottom + (32 if lower else 18), words, size=11, fill=_RED)


def _ways(axis: _Axis, lanes: Iterable[_Lane]) -> Iterator[str]:
    """From the end of a task to the beginning of each that waits for it."""
    rows = {row.task.id: row for lane in lanes for row in lane.rows}
    for row in rows.values():
        for earlier in map(rows.__getitem__, row.task.after):
            x1, x2 = axis.x(earlier.ends), axis.x(row.opens)
            bend = max(x1, x2) - 4 if x2 >= x1 else x2 - 8
            path = f"M{x1:.1f} {earlier.middle:.1f} H{bend:.1f} V{row.middle:.1f} H{x2:.1f}"
            yield f'<path d="{path}" fill="none" stroke="#afb8c1" stroke-width="1"/>'


def _bar(playbook: Playbook, axis: _Axis, row: _Row, language: str) -> Iterator[str]:
    task = row.task
    x1, x2 = axis.x(row.opens), axis.x(row.ends)
    fill = _fill([phase.id for phase in playbook.phases].index(task.phase))
    pale = ' fill-opacity="0.25"' if task.role == "support" else ""
    dashes = "" if task.required else ' stroke-dasharray="4 3"'
    yield (
        f'<rect x="{x1:.1f}" y="{row.y + (_ROW - _BAR) / 2:.1f}" width="{max(x2 - x1, 3):.1f}" height="{_BAR}" rx="2" '
        f'fill="{fill}"{pale} stroke="{fill}"{dashes}><title>{escape(_told(task, language))}</title></rect>'
    )
    signed = axis.x(row.opens + at_least(task.sign_within))
    yield _line(signed, row.y + 2, signed, row.y + _ROW - 2, _INK)
    yield from _label(task, row, x1, x2, language)


def _label(task: Task, row: _Row, x1: float, x2: float, language: str) -> Iterator[str]:
    """The task's name and its time: right of the bar, else left of it, else on it."""
    words = f"{task.name.in_(language)} {due_in_words(task, language)}{_dagger(task)}"
    room, y = _width(words, 12), row.middle + 4
    if x2 + 8 + room < WIDTH - 6:
        yield _halo(x2 + 6, y, words)
    elif x1 - 8 - room > _LEFT:
        yield _halo(x1 - 6, y, words, anchor="end")
    else:
        yield _halo(x1 + 6, y, _cut(words, x2 - x1 - 10, 12))


def _told(task: Task, language: str) -> str:
    source = f" [{task.source.in_(language)}]" if task.source else ""
    return f"{task.name.in_(language)}: {task.deliverable.in_(language)}{source}"


def _dagger(task: Task) -> str:
    return "†" if task.source is not None and "†" in task.source.zh else ""


# ---------------------------------------------------------------- drawing


def _fill(phase: int) -> str:
    return _FILLS[phase % len(_FILLS)]


def _text(
    x: float, y: float, words: str, *, size: int, fill: str = _INK, weight: int = 400, anchor: str = "start"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}" font-weight="{weight}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )


def _halo(x: float, y: float, words: str, anchor: str = "start") -> str:
    """Words that stay readable over lines."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="12" fill="{_INK}" text-anchor="{anchor}" stroke="#ffffff" '
        f'stroke-width="3" stroke-linejoin="round" paint-order="stroke">{escape(words)}</text>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, stroke: str, *, dashed: bool = False) -> str:
    dashes = ' stroke-dasharray="5 4"' if dashed else ""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{stroke}"{dashes}/>'


def _width(words: str, size: int) -> float:
    """About how wide words are: a Chinese character is as wide as high, a Latin letter a good half."""
    return sum(size if ord(character) > 0x2E7F else size * 0.56 for character in words)


def _cut(words: str, room: float, size: int) -> str:
    while words and _width(words, size) > room:
        words = words[:-2] + "…" if len(words) > 2 else ""
    return words
