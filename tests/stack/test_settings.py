"""Settings from the environment, and what is said of a bad one."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.settings import SettingsError, load


def test_addresses_follow_from_the_ports(tmp_path: Path) -> None:
    given = {"HONGXIU_DATA": str(tmp_path), "HONGXIU_API_PORT": "8100", "HONGXIU_TEMPORAL_PORT": "7300"}
    settings = load(given)
    assert settings.public_url == "http://127.0.0.1:8100"
    assert settings.temporal_address == "127.0.0.1:7300"


def test_settings_go_to_another_process_unchanged(tmp_path: Path) -> None:
    given = {
        "HONGXIU_DATA": str(tmp_path),
        "HONGXIU_REHEARSAL": "1",
        "HONGXIU_DATABASE_URL": "postgresql://x",
    }
    settings = load(given)
    assert load(settings.environment()) == settings


@pytest.mark.parametrize(
    ("variable", "value"),
    [("HONGXIU_API_PORT", "eighty"), ("HONGXIU_WORKERS", "-1"), ("HONGXIU_REHEARSAL", "maybe")],
)
def test_a_bad_value_is_told_with_its_variable(tmp_path: Path, variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        load({"HONGXIU_DATA": str(tmp_path), variable: value})


def test_an_empty_variable_is_as_good_as_none(tmp_path: Path) -> None:
    assert load({"HONGXIU_DATA": str(tmp_path), "HONGXIU_API_PORT": ""}).api_port == 8000


def test_without_a_database_it_is_said_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="HONGXIU_DATABASE_URL"):
        load({"HONGXIU_DATA": str(tmp_path)}).database()


@pytest.mark.parametrize("content", ["", "not hexadecimal", "abcd"])
def test_a_useless_key_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "master"
    file.write_text(content)
    settings = load({"HONGXIU_DATA": str(tmp_path), "HONGXIU_MASTER_KEY_FILE": str(file)})
    with pytest.raises(SettingsError, match="HONGXIU_MASTER_KEY_FILE"):
        settings.master_key()
