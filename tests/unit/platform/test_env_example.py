import re
from pathlib import Path

from tradewind.platform.settings import Settings

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / ".env.example"
COMPOSE_FILES = sorted(ROOT.glob("docker-compose*.yml"))
PLATFORM, COMPOSE = EXAMPLE.read_text().split("# Compose alone:")


def test_the_example_names_every_setting_and_no_other() -> None:
    named = re.findall(r"^#(TRADEWIND_\w+)=", PLATFORM, re.MULTILINE)
    assert named == [f"TRADEWIND_{name.upper()}" for name in Settings.model_fields]


def test_the_example_names_every_variable_of_compose_with_its_default() -> None:
    files = "".join(path.read_text() for path in COMPOSE_FILES)
    assert len(COMPOSE_FILES) == 4
    settings = {f"TRADEWIND_{name.upper()}" for name in Settings.model_fields}
    taken = dict(re.findall(r"\$\{([A-Z_]+):-([^${}]*)\}", files))
    named = dict(re.findall(r"^#([A-Z_]+)=(.*)$", COMPOSE, re.MULTILINE))
    assert named == {name: value for name, value in taken.items() if name not in settings}


def test_every_line_of_the_example_is_valid_and_changes_nothing(tmp_path: Path) -> None:
    text = re.sub(r"^#(TRADEWIND_\w+=.+)$", r"\1", PLATFORM, flags=re.MULTILINE)
    filled = tmp_path / ".env"
    filled.write_text(text)
    assert Settings(_env_file=filled) == Settings(_env_file=None)  # type: ignore[call-arg]
