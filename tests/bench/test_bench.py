"""Each part of the bench runs at its smallest size and has something to say. What it says is nobody's business here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bench.__main__ import BEGIN, END, PARTS, app
from bench.figures import Aim, Row, at_most, ratio_at_least
from bench.sizes import SMALLEST
from bench.stack import running_stack


@pytest.mark.long
async def test_each_part_measures_ours_beside_a_baseline() -> None:
    async with running_stack(rehearsal=True) as stack:
        for part, measure in PARTS.items():
            rows = await measure(stack, SMALLEST)
            assert rows
            assert {row.part for row in rows} == {part}
            assert any(row.baseline is not None for row in rows)


@pytest.mark.long
def test_figures_go_to_a_file_and_between_a_documents_markers(tmp_path: Path) -> None:
    document, figures = tmp_path / "page.md", tmp_path / "figures.json"
    document.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", "utf-8")
    ran = CliRunner().invoke(app, ["append", "--quick", "--json", str(figures), "--write", str(document)])
    assert ran.exit_code == 0, ran.output
    told = json.loads(figures.read_text("utf-8"))
    assert {row["part"] for row in told["rows"]} == {"append"}
    page = document.read_text("utf-8")
    assert page.startswith(f"before\n{BEGIN}\n")
    assert page.endswith(f"\n{END}\nafter\n")
    assert "old" not in page
    assert "| measure |" in page


def test_a_part_that_there_is_not_is_refused() -> None:
    assert CliRunner().invoke(app, ["lunch"]).exit_code == 2


@pytest.mark.parametrize(
    ("aim", "ours", "baseline", "met"),
    [
        (ratio_at_least(0.8), 80.0, 100.0, True),
        (ratio_at_least(0.8), 79.0, 100.0, False),
        (at_most(50, "ms"), 50.0, None, True),
        (at_most(50, "ms"), 51.0, 100.0, False),
        (ratio_at_least(2), 80.0, None, None),
    ],
)
def test_an_aim_holds_for_the_ratio_or_for_our_own_figure(
    aim: Aim, ours: float, baseline: float | None, met: bool | None
) -> None:
    assert Row(part="p", what="w", unit="u", ours=ours, baseline=baseline, aim=aim).met is met
