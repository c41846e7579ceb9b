import asyncio

from tradewind.platform.tasks import end_tasks


async def test_a_task_that_loses_one_cancellation_is_ended_by_the_next() -> None:
    lost = 0

    async def stubborn() -> None:
        nonlocal lost
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if lost:
                    raise
                lost += 1

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    await end_tasks([task])
    assert (task.cancelled(), lost) == (True, 1)


async def test_an_error_of_a_task_does_not_reach_who_ends_it() -> None:
    async def broken() -> None:
        raise ZeroDivisionError

    task = asyncio.create_task(broken())
    await asyncio.sleep(0)
    await end_tasks([task])
    assert isinstance(task.exception(), ZeroDivisionError)


async def test_ending_no_tasks_returns_at_once() -> None:
    await end_tasks([])
