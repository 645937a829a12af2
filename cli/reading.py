"""What several commands read: a case's row, and the words of the rules in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.commands import BAD_INPUT, Failed

if TYPE_CHECKING:
    from operations.showing import Words
    from store.cases import CaseRow
    from store.database import Pool


async def case_row(pool: Pool, number: str) -> CaseRow:
    from store.cases import CaseList

    row = await CaseList(pool).get(number)
    if row is None:
        raise Failed(f"There is no case {number}. List them with: hongxiu case list --all", BAD_INPUT)
    return row


async def words_in(pool: Pool, lang: str) -> Words:
    from operations.showing import Words
    from store.rulebook import Rulebook

    return Words(await Rulebook(pool).rules(), lang)
