"""A wire to PostgreSQL that can be cut: what was sent arrives, and no answer comes back."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

SOCKET = ".s.PGSQL.5432"


class Wire:
    """Forwards both ways until it is told to keep the answers back."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._writers: list[asyncio.StreamWriter] = []
        self.answers = True
        self.kept_back = asyncio.Event()
        """Set once an answer has been kept back."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        server_reader, server_writer = await asyncio.open_unix_connection(self._target)
        self._writers += [writer, server_writer]
        await asyncio.gather(
            self._carry(reader, server_writer, answers=False),
            self._carry(server_reader, writer, answers=True),
        )

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                if answers and not self.answers:
                    self.kept_back.set()
                    continue
                writer.write(data)
        writer.close()

    async def cut(self) -> None:
        """Close every connection."""
        writers, self._writers = self._writers, []
        for writer in writers:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


@asynccontextmanager
async def wire_to(dsn: str) -> AsyncIterator[tuple[Wire, str]]:
    """Yield a wire and the DSN that goes through it."""
    folder = parse_qs(urlsplit(dsn).query)["host"][0]
    with tempfile.TemporaryDirectory(prefix="tw-wire-") as place:
        wire = Wire(Path(folder) / SOCKET)
        server = await asyncio.start_unix_server(wire.serve, Path(place) / SOCKET)
        try:
            yield wire, dsn.replace(folder, place)
        finally:
            await wire.cut()
            server.close()
            await server.wait_closed()
