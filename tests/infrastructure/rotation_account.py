"""Runs the rotation function on an AWS that moto plays; started by test_rotation.py.

It runs where moto and boto3 are installed, which is not where the tests run. Standard input holds a
list of steps, standard output gets what each of them returned.
"""

import importlib.util
import json
import os
import sys
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs

REGION, ACCOUNT, KEY_LENGTH = "eu-central-1", "123456789012", 64
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
FUNCTION = Path(__file__).parents[2] / "deploy/terraform/modules/secrets/rotation.py"
FIRST = {
    "identity-key": "a" * KEY_LENGTH,
    "valkey": json.dumps(
        {
            "username": "tradewind-test",
            "user_arn": f"arn:aws:elasticache:{REGION}:{ACCOUNT}:user:tradewind-test",
        }
    ),
}


class ElastiCache(BaseHTTPRequestHandler):
    """Answers the two questions about users, which moto does not know, on the wire."""

    changes: list[dict[str, list[str]]] = []  # noqa: RUF012 - one server, one list
    statuses: list[str] = ["active"]  # noqa: RUF012

    def do_POST(self) -> None:
        asked = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        action = asked["Action"][0]
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        user = f"<UserId>{asked['UserId'][0]}</UserId><Status>{status}</Status>"
        if action == "ModifyUser":
            self.changes.append(asked)
        else:
            user = f"<Users><member>{user}</member></Users>"
        body = f"<{action}Response><{action}Result>{user}</{action}Result></{action}Response>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: standard error is for what goes wrong."""


class Account:
    """The two secrets of an account as Terraform leaves them, and what happens to them."""

    def __init__(self, function: ModuleType) -> None:
        import boto3

        self._manager = boto3.client("secretsmanager")
        self._function = function
        self._arns = {
            name: self._manager.create_secret(Name=name, SecretString=text)["ARN"]
            for name, text in FIRST.items()
        }
        os.environ["IDENTITY_KEY_ARN"] = self._arns["identity-key"]
        os.environ["VALKEY_ARN"] = self._arns["valkey"]

    def text(self, name: str) -> str:
        """Return the current value."""
        version = self._manager.get_secret_value(SecretId=name, VersionStage="AWSCURRENT")
        return str(version["SecretString"])

    def begin(self, name: str) -> str:
        """Make the pending version, still without a value, that a rotation begins with."""
        from moto.secretsmanager import secretsmanager_backends

        # moto makes one only together with a function that it runs itself, in a container.
        versions = secretsmanager_backends[ACCOUNT][REGION].secrets[name].versions
        token = str(uuid.uuid4())
        versions[token] = {"createdate": 0, "version_id": token, "version_stages": ["AWSPENDING"]}
        return token

    def take(self, name: str, token: str, step: str) -> str:
        """Take one step of a rotation; return why it was refused, if it was."""
        event = {"SecretId": self._arns[name], "ClientRequestToken": token, "Step": step}
        try:
            self._function.handler(event, None)
        except ValueError as error:
            return str(error)
        return ""

    def rotate(self, name: str, times: int = 1) -> str:
        """Take each of the four steps, as often as asked for, and return the new value."""
        token = self.begin(name)
        for step in STEPS:
            for _ in range(times):
                if refused := self.take(name, token, step):
                    raise AssertionError(refused)
        return self.text(name)

    def refuse_unknown(self, name: str) -> str:
        """Return why a version that nobody has announced is not rotated."""
        return self.take(name, str(uuid.uuid4()), "createSecret")

    def refuse_same_keys(self, name: str) -> str:
        """Return why identity keys that are all the same do not become current."""
        token = self.begin(name)
        self._manager.put_secret_value(
            SecretId=name,
            ClientRequestToken=token,
            SecretString=",".join(["b" * KEY_LENGTH] * 3),
            VersionStages=["AWSPENDING"],
        )
        return self.take(name, token, "testSecret")

    def statuses(self, *statuses: str) -> None:
        """Let ElastiCache's user be in these states, one after another."""
        ElastiCache.statuses[:] = statuses

    def changes(self) -> list[dict[str, list[str]]]:
        """Return what was changed about ElastiCache's user."""
        return ElastiCache.changes


def load() -> ModuleType:
    """Return the function's module, as Lambda would load it."""
    spec = importlib.util.spec_from_file_location("index", FUNCTION)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.__dict__["POLL_S"] = 0.01
    return module


def main() -> None:
    """Do what standard input says, and print what came of it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), ElastiCache)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ["AWS_ENDPOINT_URL_ELASTICACHE"] = f"http://127.0.0.1:{server.server_port}"
    os.environ["AWS_DEFAULT_REGION"] = REGION
    from moto import mock_aws

    with mock_aws(config={"core": {"passthrough": {"urls": [r"http://127\.0\.0\.1.*"]}}}):
        account = Account(load())
        results: list[Any] = [
            getattr(account, name)(*arguments) for name, *arguments in json.load(sys.stdin)
        ]
    sys.stdout.write(json.dumps(results))
    server.shutdown()


if __name__ == "__main__":
    main()
