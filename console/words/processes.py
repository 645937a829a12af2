"""What the plain pages of any kind of process say."""

from __future__ import annotations

from domain.words.bilingual import Name, both

WORDS: dict[str, Name] = {
    "processes.none": both("目前没有。", "There is none at present."),
    "processes.story": both("经过", "Story"),
    "flash.commanded": both("已办：{what}。", "Done: {what}."),
}
