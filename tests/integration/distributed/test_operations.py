"""Commands around the services: migrations, checks of the environment, probes, refused starts."""

import subprocess

from tradewind.testing.services import run_command, start_command

SCHEMAS = ("account", "orders", "market_data", "portfolio", "notification")


def test_service_does_not_start_before_the_migration(environment: dict[str, str]) -> None:
    refused = run_command(environment, "serve", "account-service", "--port", "0")
    assert refused.returncode == 1
    assert "Run `tradewind migrate` first." in refused.stderr


def test_two_migrations_at_once_take_turns_and_a_third_changes_nothing(
    environment: dict[str, str],
) -> None:
    running = [start_command(environment, "migrate") for _ in range(2)]
    told = [_finished(each) for each in running]
    third = run_command(environment, "migrate")
    assert third.returncode == 0, third.stderr
    for schema in SCHEMAS:
        lines = [line for out in told for line in out.splitlines() if line.startswith(f"{schema}:")]
        assert sum("nothing ->" in line for line in lines) == 1, lines
        assert sum("already" in line for line in lines) == 1, lines
    assert third.stdout.count("already") == third.stdout.count(":")


def _finished(process: "subprocess.Popen[str]") -> str:
    out, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return out


def test_config_check_names_each_missing_or_default_secret(environment: dict[str, str]) -> None:
    environment = {
        **environment,
        "database_url": "postgresql://tradewind:postgres@db/tradewind",  # pragma: allowlist secret
        "identity_key": "changeme",
    }
    checked = run_command(environment, "config", "check")
    assert checked.returncode == 1
    assert "TRADEWIND_DATABASE_PASSWORD" in checked.stdout
    assert "TRADEWIND_IDENTITY_KEY is a default" in checked.stdout
    assert "TRADEWIND_ORDERS_URL is not set" in checked.stdout
    started = run_command(environment, "serve", "account-service")
    assert started.returncode == 1
    assert "TRADEWIND_IDENTITY_KEY is a default" in started.stderr
    assert "TRADEWIND_ORDERS_URL" not in started.stderr


def test_config_check_of_one_service_asks_for_what_it_needs(environment: dict[str, str]) -> None:
    checked = run_command(environment, "config", "check", "account-service", "order-service")
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.strip() == "The environment is complete."


def test_probe_fails_where_nothing_listens() -> None:
    probed = run_command({}, "probe", "account-service", "--port", "1")
    assert probed.returncode == 1
    assert probed.stderr.startswith("Error: ")
