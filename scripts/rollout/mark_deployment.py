"""Tell Grafana and Sentry of a deployment, so that a curve that breaks can be told from its cause.

Grafana: POST /api/annotations (HTTP API, "Create annotation"). Sentry: POST
/api/0/organizations/{organization}/releases/ and, for what succeeded, …/releases/{version}/deploys/
(web API, "Create a new release" and "Create a deploy").
"""

import argparse
import os
import sys
import time
from typing import NamedTuple

import httpx


class Call(NamedTuple):
    """One request to one of them."""

    url: str
    token: str
    body: dict[str, object]


def calls(environment: dict[str, str]) -> list[Call]:
    """Return what to tell whom; raises KeyError for a variable that is missing."""
    where, what = environment["ENVIRONMENT"], environment["VERSION"]
    outcome = environment.get("OUTCOME") or environment.get("CI_JOB_STATUS") or "success"
    told: list[Call] = []
    if grafana := environment.get("GRAFANA_URL"):
        text = f"{what} to {where}: {outcome}"
        tags = ["deployment", where, what, outcome]
        body: dict[str, object] = {"time": int(time.time() * 1000), "tags": tags, "text": text}
        url = f"{grafana.rstrip('/')}/api/annotations"
        told.append(Call(url, environment["GRAFANA_TOKEN"], body))
    if organization := environment.get("SENTRY_ORGANIZATION"):
        site = environment["SENTRY_URL"].rstrip("/")
        token = environment["SENTRY_AUTH_TOKEN"]
        releases = f"{site}/api/0/organizations/{organization}/releases/"
        name = f"tradewind@{what}"
        projects = [environment["SENTRY_PROJECT"]]
        told.append(Call(releases, token, {"version": name, "projects": projects}))
        if outcome == "success":
            told.append(Call(f"{releases}{name}/deploys/", token, {"environment": where}))
    return told


def main() -> int:
    """Send them all; return 1 when one was not taken, 2 when a variable is missing."""
    argparse.ArgumentParser(prog="mark-deployment", description=__doc__).parse_args()
    dry_run = bool(os.environ.get("DRY_RUN"))
    try:
        told = calls(dict(os.environ))
    except KeyError as error:
        print(f"mark-deployment: {error.args[0]} is not set.", file=sys.stderr)
        return 2
    status = 0
    for call in told:
        if dry_run:
            print(f"+ POST {call.url} {call.body}")
            continue
        headers = {"authorization": f"Bearer {call.token}"}
        try:
            httpx.post(call.url, json=call.body, headers=headers, timeout=20).raise_for_status()
            print(f"told {call.url}")
        except httpx.HTTPError as error:
            print(f"mark-deployment: {error}", file=sys.stderr)
            status = 1
    if not told:
        print("Neither GRAFANA_URL nor SENTRY_ORGANIZATION is set; nobody was told.")
    return status


if __name__ == "__main__":
    sys.exit(main())
