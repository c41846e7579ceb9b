"""How a process ends that must not go on."""

import os
import sys

from tradewind.platform.logging import get_logger

EXIT_FAILED = 70
"""The process ended because it must not go on; a supervisor should start it again."""


def end_at_once(reason: BaseException) -> None:
    """End the process of a leader that has been replaced.

    Stopping in order would write down what its parts remember, over the work of the new leader.
    """
    get_logger("platform").critical("ended at once: this process leads no more", why=str(reason))
    sys.stderr.flush()
    os._exit(EXIT_FAILED)
