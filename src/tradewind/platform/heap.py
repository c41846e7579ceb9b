"""How the garbage collector treats a process that serves."""

import gc

_YOUNG_MAX = 20_000
_YOUNG_PER_MIDDLE = 20
_MIDDLE_PER_OLD = 50


def settle() -> None:
    """Leave what lives now out of every collection to come, and make those rare.

    Called once all is started: what lives then lives as long as the process. Requests leave hardly
    any cycles behind, and with the interpreter's own thresholds a look at everything would stop
    everybody for a hundred milliseconds several times a minute.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_MAX, _YOUNG_PER_MIDDLE, _MIDDLE_PER_OLD)
