import re
from pathlib import Path

from tradewind.platform.settings import Settings

EXAMPLE = Path(__file__).parents[3] / ".env.example"


def test_the_example_names_every_setting_and_no_other() -> None:
    named = re.findall(r"^#(TRADEWIND_\w+)=", EXAMPLE.read_text(), re.MULTILINE)
    assert named == [f"TRADEWIND_{name.upper()}" for name in Settings.model_fields]


def test_every_line_of_the_example_is_valid_and_changes_nothing(tmp_path: Path) -> None:
    text = re.sub(r"^#(TRADEWIND_\w+=.+)$", r"\1", EXAMPLE.read_text(), flags=re.MULTILINE)
    filled = tmp_path / ".env"
    filled.write_text(text)
    assert Settings(_env_file=filled) == Settings(_env_file=None)  # type: ignore[call-arg]
