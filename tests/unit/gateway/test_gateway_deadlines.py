"""One timer for all requests: late ones end, others and their cancellations are left alone."""

import asyncio

import pytest

from tradewind.api_gateway.deadlines import Deadlines


async def never() -> None:
    await asyncio.Event().wait()


async def answer() -> str:
    await asyncio.sleep(0)
    return "done"


async def test_work_in_time_returns_its_result() -> None:
    deadlines = Deadlines(10)
    assert await deadlines.run(answer()) == "done"


async def test_late_work_is_a_timeout_and_the_task_goes_on() -> None:
    deadlines = Deadlines(0.02)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await deadlines.run(never())
    assert await deadlines.run(answer()) == "done"
    current = asyncio.current_task()
    assert current is not None
    assert current.cancelling() == 0


async def test_only_the_late_ones_end() -> None:
    deadlines = Deadlines(0.05)
    late = [asyncio.create_task(deadlines.run(never())) for _ in range(5)]
    answers = [asyncio.create_task(deadlines.run(answer())) for _ in range(5)]
    assert await asyncio.gather(*answers) == ["done"] * 5
    results = await asyncio.gather(*late, return_exceptions=True)
    assert {type(result) for result in results} == {TimeoutError}


async def test_cancellation_by_somebody_else_stays_one() -> None:
    deadlines = Deadlines(10)
    task = asyncio.create_task(deadlines.run(never()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_failure_of_the_work_passes_through() -> None:
    async def fails() -> None:
        raise KeyError("work")

    with pytest.raises(KeyError):
        await Deadlines(10).run(fails())


async def test_nothing_ticks_while_nothing_runs() -> None:
    deadlines = Deadlines(0.02)
    await deadlines.run(answer())
    with pytest.raises(TimeoutError):  # longer than the limit
        await asyncio.wait_for(never(), 0.05)
    assert not deadlines._watching
