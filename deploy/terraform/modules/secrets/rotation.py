"""Changes the secrets that only services share: the identity key and Valkey's password.

AWS Lambda runs it for Secrets Manager, which calls it four times for each new version of a secret:
to make it, to bring it to whom it is for, to try it, and to let it be the current one. It needs
nothing but the runtime's own boto3, so that Terraform can send it as text.
"""

import json
import os
import time

import boto3

KEY_LENGTH = 64
PASSWORD_LENGTH = 48
ACTIVE_TIMEOUT_S = 600
POLL_S = 5


class IdentityKey:
    """The keys with which services sign and believe, with commas: ``signing,next,previous``.

    Services learn a new value one after another, so a key must be believed by all of them before
    the first one signs with it. Each rotation lets the next key sign, which all have known since
    the rotation before, keeps the one that signed so far, and adds one for the time after.
    """

    @staticmethod
    def make(manager, current):
        keys = [key.strip() for key in current.split(",") if key.strip()]
        signing, following = keys[0], keys[1] if len(keys) > 1 else None
        fresh = random_text(manager, KEY_LENGTH)
        return ",".join([following, fresh, signing] if following else [signing, fresh])

    @staticmethod
    def bring(pending, current):
        """Nobody is to be told: services read the secret themselves."""

    @staticmethod
    def try_out(pending):
        keys = pending.split(",")
        if len(set(keys)) != len(keys) or min(map(len, keys)) < KEY_LENGTH:
            raise ValueError("the new identity keys are not different random texts")


class ValkeyPassword:
    """The password of ElastiCache's user; the one before stays good until the next rotation."""

    @staticmethod
    def make(manager, current):
        return json.dumps(json.loads(current) | {"password": random_text(manager, PASSWORD_LENGTH)})

    @staticmethod
    def bring(pending, current):
        wanted, before = json.loads(pending), json.loads(current)
        # Before the first rotation there is none.
        passwords = [each["password"] for each in (wanted, before) if "password" in each]
        cache, user_id = boto3.client("elasticache"), wanted["user_arn"].rsplit(":", 1)[1]
        wait_until_active(cache, user_id)
        cache.modify_user(
            UserId=user_id, AuthenticationMode={"Type": "password", "Passwords": passwords}
        )

    @staticmethod
    def try_out(pending):
        # A user is active again once every node knows the new password.
        wait_until_active(
            boto3.client("elasticache"), json.loads(pending)["user_arn"].rsplit(":", 1)[1]
        )


def handler(event, context):
    """Take one of the four steps; each may come again and then does nothing more."""
    manager = boto3.client("secretsmanager")
    secret_id, token, step = event["SecretId"], event["ClientRequestToken"], event["Step"]
    described = manager.describe_secret(SecretId=secret_id)
    stages = described["VersionIdsToStages"].get(token, [])
    if "AWSCURRENT" in stages:
        return
    if "AWSPENDING" not in stages:
        raise ValueError(f"version {token} of {secret_id} is not to be rotated")
    kind = {
        os.environ["IDENTITY_KEY_ARN"]: IdentityKey,
        os.environ["VALKEY_ARN"]: ValkeyPassword,
    }[described["ARN"]]
    current = value(manager, secret_id, VersionStage="AWSCURRENT")
    if step == "createSecret":
        if value(manager, secret_id, VersionId=token, VersionStage="AWSPENDING") is None:
            manager.put_secret_value(
                SecretId=secret_id,
                ClientRequestToken=token,
                SecretString=kind.make(manager, current),
                VersionStages=["AWSPENDING"],
            )
        return
    pending = value(manager, secret_id, VersionId=token, VersionStage="AWSPENDING")
    if step == "setSecret":
        kind.bring(pending, current)
    elif step == "testSecret":
        kind.try_out(pending)
    elif step == "finishSecret":
        before = next(
            version
            for version, labels in described["VersionIdsToStages"].items()
            if "AWSCURRENT" in labels
        )
        manager.update_secret_version_stage(
            SecretId=secret_id,
            VersionStage="AWSCURRENT",
            MoveToVersionId=token,
            RemoveFromVersionId=before,
        )
    else:
        raise ValueError(f"there is no step {step}")


def value(manager, secret_id, **version):
    """Return a version's text, or ``None`` while it has none."""
    try:
        return manager.get_secret_value(SecretId=secret_id, **version)["SecretString"]
    except manager.exceptions.ResourceNotFoundException:
        return None


def random_text(manager, length):
    """Return letters and digits, which need no quoting anywhere."""
    return manager.get_random_password(PasswordLength=length, ExcludePunctuation=True)[
        "RandomPassword"
    ]


def wait_until_active(cache, user_id):
    """Wait for ElastiCache's user to be neither made nor changed."""
    deadline = time.monotonic() + ACTIVE_TIMEOUT_S
    while cache.describe_users(UserId=user_id)["Users"][0]["Status"] != "active":
        if time.monotonic() > deadline:
            raise TimeoutError(f"the user {user_id} does not become active")
        time.sleep(POLL_S)
