"""The whole platform on a real cluster: installed, used, updated, hurt, scaled and taken away.

Every step is bounded and timed, and the cluster is left as it was found, whatever happens.
"""

import argparse
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from tests.kubernetes.e2e.cluster import Cluster
from tests.kubernetes.e2e.release import ROOT, Release
from tests.kubernetes.e2e.report import Report, StepFailed, say
from tests.kubernetes.e2e.run import Options, Run

_CLEANING_S = 900


def main() -> int:
    """Run everything and return the exit code."""
    chosen = arguments().parse_args()
    signal.signal(signal.SIGTERM, _interrupted)
    report = Report()
    ends = time.monotonic() + chosen.minutes * 60
    run = _run(chosen, report, ends)
    owns_namespace = False
    try:
        try:
            run.check()
            owns_namespace = True
            run.everything()
        finally:
            if owns_namespace:
                _finish(chosen, report)
    except (StepFailed, AssertionError, KeyboardInterrupt):
        return 1  # The report says which step it was, and why.
    finally:
        report.write(chosen.report)
        say(f"\n{report.summary()}\nreport: {chosen.report}")
    return int(report.failed)


def arguments() -> argparse.ArgumentParser:
    """Return what the command line may have."""
    parser = argparse.ArgumentParser(prog="e2e-kubernetes.sh", description=__doc__)
    add = parser.add_argument
    add("--kubeconfig", type=_file, required=True, help="of the cluster; its current context")
    add("--context", default="", help="another context of the kubeconfig")
    add("--tag", required=True, help="version of the images")
    add("--registry", default="tradewind", help="where they are: <registry>/<service>:<tag>")
    add("--upgrade-tag", default="", help="version to update to; unset restarts the same one")
    add(
        "--namespace", default="tradewind-e2e", help="a name that is free: it is deleted in the end"
    )
    add("--values", type=_file, action="append", default=[], help="more values of the platform")
    add("--store-values", type=_file, action="append", default=[], help="of the stores")
    add("--url", default="", help="of the ingress, for alpaca-py; unset forwards a port")
    add("--certificate", default="", help="PEM to trust at that address")
    add(
        *("--without-metrics",),
        choices=("fail", "skip"),
        default="fail",
        help="what becomes of the autoscaling step where there is no metrics-server",
    )
    add("--minutes", type=int, default=45, help="for everything but cleaning up")
    add("--gone-within", type=float, default=180, help="seconds for what an uninstall takes away")
    add("--keep", action="store_true", help="leave everything there, for looking at it")
    add("--report", type=Path, default=ROOT / ".build/e2e-kubernetes.xml", help="JUnit file")
    add("--folder", type=Path, required=True, help=argparse.SUPPRESS)
    return parser


def _run(chosen: argparse.Namespace, report: Report, deadline: float) -> Run:
    cluster = Cluster(chosen.kubeconfig, chosen.context, chosen.namespace, deadline)
    release = Release(
        cluster,
        chosen.folder,
        chosen.registry,
        chosen.tag,
        tuple(chosen.values),
        tuple(chosen.store_values),
    )
    options = Options(
        chosen.upgrade_tag,
        chosen.url,
        chosen.certificate,
        chosen.without_metrics,
        chosen.gone_within,
    )
    return Run(cluster, release, report, options)


def _finish(chosen: argparse.Namespace, report: Report) -> None:
    """Keep what the cluster had to say about a failure, and leave it as it was found."""
    # Whoever interrupts a second time waits: what stays in a cluster costs somebody money.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    run = _run(chosen, report, time.monotonic() + _CLEANING_S)
    if report.failed:
        folder = chosen.report.with_suffix("")
        run.collect(folder)
        say(f"what the cluster had to say is in {folder}/")
    if chosen.keep:
        return
    try:
        with report.step("everything is taken away"):
            run.clean_up()
    except StepFailed:
        say("something of the run is left in the cluster: look there")


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _file(text: str) -> Path:
    path = Path(text).resolve()
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"{text} is not a file")
    return path


if __name__ == "__main__":
    sys.exit(main())
