"""What was done, how long it took and how it ended: printed as it goes, and as JUnit in the end."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree


class StepFailed(Exception):
    """A step did not hold; its message is for whoever reads the report."""


class StepSkipped(Exception):
    """A step cannot be tried on this cluster, and its absence was allowed."""


@dataclass
class Step:
    """One step and how it ended."""

    name: str
    outcome: str = "passed"
    told: str = ""
    seconds: float = 0.0


@dataclass
class Report:
    """Every step so far, in order."""

    steps: list[Step] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Time what is done inside; a failure ends the run, a skipped step does not."""
        step = Step(name)
        self.steps.append(step)
        began = time.monotonic()
        say(f"== {name} ({began - self.started:.0f}s)")
        try:
            yield step
        except StepSkipped as skipped:
            step.outcome, step.told = "skipped", str(skipped)
        except BaseException as error:
            step.outcome, step.told = "failed", f"{type(error).__name__}: {error}"
            raise
        finally:
            step.seconds = time.monotonic() - began
            say(f"   {step.outcome} in {step.seconds:.1f}s{f': {step.told}' if step.told else ''}")

    @property
    def failed(self) -> bool:
        """Return whether any step has failed."""
        return any(step.outcome == "failed" for step in self.steps)

    def summary(self) -> str:
        """Return a line for each step, and one for all of them."""
        lines = [f"{step.outcome:<8}{step.seconds:>7.1f}s  {step.name}" for step in self.steps]
        counts = {
            outcome: sum(step.outcome == outcome for step in self.steps)
            for outcome in ("passed", "failed", "skipped")
        }
        told = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
        return "\n".join([*lines, f"{told} in {time.monotonic() - self.started:.0f}s"])

    def write(self, path: Path) -> None:
        """Write the steps as JUnit has test cases."""
        outcomes = [step.outcome for step in self.steps]
        suite = ElementTree.Element(
            "testsuite",
            name="e2e-kubernetes",
            tests=str(len(outcomes)),
            failures=str(outcomes.count("failed")),
            errors="0",
            skipped=str(outcomes.count("skipped")),
            time=f"{sum(step.seconds for step in self.steps):.1f}",
        )
        for step in self.steps:
            case = ElementTree.SubElement(
                suite, "testcase", classname="e2e-kubernetes", name=step.name
            )
            case.set("time", f"{step.seconds:.1f}")
            if step.outcome == "failed":
                ElementTree.SubElement(case, "failure", message=step.told)
            elif step.outcome == "skipped":
                ElementTree.SubElement(case, "skipped", message=step.told)
            elif step.told:
                ElementTree.SubElement(case, "system-out").text = step.told
        path.parent.mkdir(parents=True, exist_ok=True)
        ElementTree.ElementTree(suite).write(path, encoding="unicode", xml_declaration=True)


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
