"""Argon2id off the event loop, with bounded memory and a bounded queue."""

import asyncio
import base64
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from tradewind.platform.errors import Unavailable
from tradewind.platform.ids import new_secret

PASSWORD_LENGTH_MAX = 1024

_TIME_COST = 2
_MEMORY_COST_KIB = 65_536
_PARALLELISM = 1
_HASH_BYTES = 32
_SALT_BYTES = 16
_THREADS = 2
_WAITING_MAX = 64
_TIMEOUT_S = 20.0

_T = TypeVar("_T")


class Passwords:
    """Hash and check passwords.

    64 MiB and two passes stand above OWASP's minimum for Argon2id (19 MiB, two passes) and take
    about a tenth of a second. At most two run at once, so signing in never holds more than
    128 MiB; beyond ``_WAITING_MAX`` waiting callers ``Unavailable`` is raised.
    """

    def __init__(
        self,
        *,
        time_cost: int = _TIME_COST,
        memory_cost_kib: int = _MEMORY_COST_KIB,
        parallelism: int = _PARALLELISM,
    ) -> None:
        self._hasher = PasswordHasher(
            time_cost=time_cost,
            memory_cost=memory_cost_kib,
            parallelism=parallelism,
            hash_len=_HASH_BYTES,
            salt_len=_SALT_BYTES,
            type=Type.ID,
        )
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="tradewind-argon2")
        self._waiting = 0
        # Of the same shape and cost as a real one, and the hash of nothing anybody knows.
        self._nobodys = (
            f"$argon2id$v=19$m={memory_cost_kib},t={time_cost},p={parallelism}"
            f"${_random_base64(_SALT_BYTES)}${_random_base64(_HASH_BYTES)}"
        )

    async def hash(self, password: str) -> str:
        """Return the encoded hash to store."""
        return await self._run(lambda: self._hasher.hash(_encoded(password)))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Tell whether the password is the stored one; ``None`` costs as much and is never it."""
        if len(password) > PASSWORD_LENGTH_MAX:
            stored, password = None, ""

        def check() -> bool:
            try:
                return self._hasher.verify(stored or self._nobodys, _encoded(password))
            except (VerificationError, InvalidHashError):
                return False

        return await self._run(check) and stored is not None

    def needs_rehash(self, stored: str) -> bool:
        """Tell whether a stored hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def close(self) -> None:
        """Let the threads go; nothing new may be asked afterwards."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[], _T]) -> _T:
        if self._waiting >= _WAITING_MAX:
            raise Unavailable("too many people are signing in at this moment; try again shortly")
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            async with asyncio.timeout(_TIMEOUT_S):
                return await loop.run_in_executor(self._threads, work)
        except TimeoutError:
            raise Unavailable("checking the password took too long; try again shortly") from None
        finally:
            self._waiting -= 1


def _encoded(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")


def _random_base64(length: int) -> str:
    raw = new_secret(8 * length).to_bytes(length)
    return base64.b64encode(raw).rstrip(b"=").decode()
