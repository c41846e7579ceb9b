"""What a log may tell."""

import json
import logging as standard

import pytest
import structlog

from tradewind.platform import logging
from tradewind.platform.settings import Settings


@pytest.fixture(autouse=True)
def as_before():
    """Leave logging as it was."""
    configuration, root = structlog.get_config(), standard.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.configure(**configuration)
    root.handlers[:], root.level = handlers, level


def fails_with(password: str) -> None:
    raise RuntimeError(f"a password of {len(password)} characters was refused")


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_logged_error_tells_where_but_no_values(log_format: str, capsys) -> None:
    logging.configure(Settings(log_format=log_format))
    try:
        fails_with(" ".join(["correct", "horse", "battery", "staple"]))
    except RuntimeError:
        logging.get_logger("test").exception("failed")
    logged = capsys.readouterr().err
    assert "fails_with" in logged
    assert "28 characters" in logged
    assert "horse battery" not in logged
    if log_format == "json":
        assert json.loads(logged)["event"] == "failed"
