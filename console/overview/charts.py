"""Charts, drawn on the server as SVG: as wide as there is room, their words as large as the page's.

Along the width everything is in per cent, up and down in pixels; so a chart needs no script, and its words stay legible
on a phone and on paper. Colours are the style sheet's, by class; what has to be told apart is told apart by its place,
by words or by hatching as well, and so in black and white. A chart that says something by itself is an image with a
title and a description; one that stands beside its figures is hidden from who hears the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

NARROW = 10
"""Labels are thinned out so that there are at most so many side by side, and half of them on a phone."""


@dataclass(frozen=True, slots=True)
class Column:
    """One place on the axis, with what goes up and what goes down from it."""

    name: str
    up: int
    down: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A line across a histogram: how far along its classes, in classes, and what it says."""

    at: float
    words: str


def share_bar(share: float | None, rest: float = 0.0) -> Markup:
    """A bar for a table's cell or a list: ``share`` of its width filled, then ``rest`` hatched. Decoration."""
    if share is None:
        return Markup("")
    drawn = [_rect(0, 0, share * 100, 8, "chart__track-fill")] if share else []
    if rest:
        drawn.append(_rect(share * 100, 0, rest * 100, 8, "chart__late"))
        drawn.append(_rect(share * 100, 0, rest * 100, 8, "chart__hatch", fill="url(#hatch)"))
    return Markup('<svg class="bar" width="100%" height="8" aria-hidden="true" focusable="false">{}{}</svg>').format(
        _rect(0, 0, 100, 8, "chart__track"), Markup("").join(drawn)
    )


HATCHING = Markup(
    '<svg class="hatching" width="0" height="0" aria-hidden="true" focusable="false"><defs>'
    '<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect class="chart__stripe" width="2" height="5"/></pattern></defs></svg>'
)
"""The hatching that bars refer to: once on a page that has any."""


def flow(key: str, title: str, told: str, columns: Sequence[Column], height: int = 168) -> Markup:
    """What came, upwards, and what went, downwards, from one axis; each with its number where there is room."""
    most_up, most_down = max((it.up for it in columns), default=0), max((it.down for it in columns), default=0)
    room = height - 2 * _LABEL - _AXIS
    scale = room / max(1, most_up + most_down)
    axis = _LABEL + most_up * scale
    wide = 100 / max(1, len(columns))
    every, seldom = _thinned(len(columns))
    drawn = []
    for n, it in enumerate(columns):
        left, width, middle = n * wide + wide * 0.18, wide * 0.64, (n + 0.5) * wide
        drawn.append(_rect(left, axis - it.up * scale, width, it.up * scale, "chart__up"))
        drawn.append(_rect(left, axis + _AXIS, width, it.down * scale, "chart__down"))
        shown = _seen(n, every, seldom)
        if shown is None:
            continue
        drawn.append(_text(middle, axis + _AXIS / 2 + 4, it.name, f"chart__name{shown}"))
        if it.up:
            drawn.append(_text(middle, axis - it.up * scale - 4, it.up, f"chart__value{shown}"))
        if it.down:
            drawn.append(_text(middle, axis + _AXIS + it.down * scale + 12, it.down, f"chart__value{shown}"))
    return _image(key, title, told, height, drawn)


def spread(
    key: str, title: str, told: str, names: Sequence[str], counts: Sequence[int], marks: Sequence[Mark]
) -> Markup:
    """A histogram: so many in each class, and marks across it, each with its words on a line of its own."""
    top, room = len(marks) * 15 + 16, 72
    foot, most, wide = top + room, max(1, *counts), 100 / len(counts)
    drawn, said = [], []
    for n, (name, count) in enumerate(zip(names, counts, strict=True)):
        tall, middle = room * count / most, (n + 0.5) * wide
        drawn.append(_rect(n * wide + 0.6, foot - tall, wide - 1.2, tall, "chart__up"))
        said.append(_text(middle, foot + 14, name, "chart__name"))
        if count:
            said.append(_text(middle, foot - tall - 4, count, "chart__value"))
    drawn.append(_line(0, foot, 100, foot, "chart__axis"))
    for n, mark in enumerate(marks):
        x, y = 100 * mark.at / len(counts), n * 15 + 11
        end, aside = (" chart__mark--end", -5) if x > 60 else ("", 5)
        drawn.append(_line(x, y - 9, x, foot, "chart__markline"))
        said.append(_text(x, y, mark.words, f"chart__mark{end}", dx=aside))
    return _image(key, title, told, foot + 20, [*drawn, *said])


def trend(key: str, title: str, told: str, shares: Sequence[float | None], height: int = 36) -> Markup:
    """Shares one after the other, as a line from 0 to 100 %, broken where there is none; the last one is a dot."""
    wide, room = 100 / max(1, len(shares)), height - 8
    points = [((n + 0.5) * wide, 4 + room * (1 - it)) for n, it in enumerate(shares) if it is not None]
    places = [n for n, it in enumerate(shares) if it is not None]
    drawn = [_line(0, 4, 100, 4, "chart__bound"), _line(0, 4 + room, 100, 4 + room, "chart__bound")]
    for here, (place, point) in enumerate(zip(places, points, strict=True)):
        if here and places[here - 1] == place - 1:
            drawn.append(_line(*points[here - 1], *point, "chart__trend"))
        elif places[here + 1 : here + 2] != [place + 1]:
            drawn.append(_dot(*point, 1.5, "chart__alone"))
    if points:
        drawn.append(_dot(*points[-1], 3, "chart__last"))
    return _image(key, title, told, height, drawn)


_LABEL, _AXIS = 15, 20


def _thinned(count: int) -> tuple[int, int]:
    """Every how many-th label is drawn, and every how many-th on a phone."""
    every = -(-count // (2 * NARROW))
    return every, every * (2 if count > every * NARROW else 1)


def _seen(n: int, every: int, seldom: int) -> str | None:
    """The class of a label that is drawn; None where it is not."""
    if n % every:
        return None
    return "" if n % seldom == 0 else " chart__wide"


def _image(key: str, title: str, told: str, height: int, drawn: Sequence[Markup]) -> Markup:
    return Markup(
        '<svg class="chart" width="100%" height="{height}" role="img" aria-labelledby="{key}-title" '
        'aria-describedby="{key}-told" focusable="false"><title id="{key}-title">{title}</title>'
        '<desc id="{key}-told">{told}</desc>{drawn}</svg>'
    ).format(height=height, key=key, title=title, told=told, drawn=Markup("").join(drawn))


def _rect(x: float, y: float, width: float, height: float, kind: str, **more: str) -> Markup:
    rest = "".join(f' {name}="{escape(value)}"' for name, value in more.items())
    return Markup(f'<rect class="{kind}" x="{_n(x)}%" y="{_n(y)}" width="{_n(width)}%" height="{_n(height)}"{rest}/>')


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    return Markup(f'<line class="{kind}" x1="{_n(x1)}%" y1="{_n(y1)}" x2="{_n(x2)}%" y2="{_n(y2)}"/>')


def _dot(x: float, y: float, radius: float, kind: str) -> Markup:
    return Markup(f'<circle class="{kind}" cx="{_n(x)}%" cy="{_n(y)}" r="{_n(radius)}"/>')


def _text(x: float, y: float, words: object, kind: str, dx: int = 0) -> Markup:
    aside = f' dx="{dx}"' if dx else ""
    return Markup(f'<text class="{kind}" x="{_n(x)}%" y="{_n(y)}"{aside}>{escape(words)}</text>')


def _n(value: float) -> str:
    """A number as short as it can be."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
