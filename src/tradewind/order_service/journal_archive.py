"""Files of old journal records: compressed lines, each file with its checksum.

A file ``<venue>/<first>-<last>.jsonl.gz`` holds every record from one number to another, one JSON
object a line after a line that says what it is. ``SHA256SUMS`` beside them is what ``sha256sum -c``
reads. Files are written whole or not at all, and never changed.
"""

import gzip
import hashlib
import os
import zlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import msgspec

from tradewind.contracts.vocabulary import VenueId
from tradewind.platform.errors import Refusal, Unavailable

FILE_RECORDS_MAX = 50_000
_FORMAT = 1
_LEVEL = 6
_SUMS = "SHA256SUMS"


class JournalArchived(Unavailable):
    """Records that were asked for are in an archive, which is not at hand."""

    code = 50310003
    title = "Journal archived"


class ArchiveDamaged(Refusal):
    """A file of the archive is not what was written."""

    status = 500
    code = 50010001
    title = "Archive damaged"


class RawRecord(msgspec.Struct, frozen=True):
    """A record as the journal's row has it; ``event`` is JSON, to the byte."""

    number: int
    at: datetime
    kind: str
    account_id: str | None
    event: msgspec.Raw


class ArchivedFile(msgspec.Struct, frozen=True):
    """What the database knows of a file."""

    name: str
    first: int
    last: int
    sha256: str
    dropped: bool = False
    """Whether rows of it are gone from the database."""


class _Header(msgspec.Struct, frozen=True):
    tradewind_journal: int
    venue_id: VenueId
    first: int
    last: int


_encode = msgspec.json.Encoder().encode
_decode_header = msgspec.json.Decoder(_Header).decode
_decode_record = msgspec.json.Decoder(RawRecord).decode


class ArchiveFolder:
    """A folder of archived records; everything here blocks, so it is called from threads."""

    def __init__(self, folder: Path) -> None:
        self.path = folder

    def write(self, venue_id: VenueId, records: Sequence[RawRecord]) -> ArchivedFile:
        """Write consecutive records into one file, durably; writing them twice gives the same."""
        first, last = records[0].number, records[-1].number
        name = f"{quote(venue_id, safe='').replace('.', '%2E')}/{first:012d}-{last:012d}.jsonl.gz"
        lines = [_encode(_Header(_FORMAT, venue_id, first, last)), *map(_encode, records), b""]
        content = gzip.compress(b"\n".join(lines), _LEVEL, mtime=0)
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(path, content)
        file = ArchivedFile(name, first, last, hashlib.sha256(content).hexdigest())
        self._add_sum(path, file.sha256)
        return file

    def read(self, venue_id: VenueId, file: ArchivedFile) -> list[RawRecord]:
        """Return a file's records.

        Raises ``JournalArchived`` when it is not there, ``ArchiveDamaged`` when it is not what was
        written.
        """
        try:
            content = (self.path / file.name).read_bytes()
        except OSError as error:
            raise JournalArchived(
                f"records {file.first} to {file.last} of venue {venue_id} are archived in "
                f"{file.name}, which cannot be read in {self.path} ({error.strerror}); "
                "name the right folder"
            ) from error
        if hashlib.sha256(content).hexdigest() != file.sha256:
            raise ArchiveDamaged(f"{file.name} in {self.path} differs from its checksum")
        return _records(venue_id, file, content)

    def _add_sum(self, path: Path, sha256: str) -> None:
        sums = path.parent / _SUMS
        known = sums.read_text().splitlines() if sums.exists() else []
        line = f"{sha256}  {path.name}"
        kept = [each for each in known if not each.endswith(f"  {path.name}")]
        _write_whole(sums, "".join(f"{each}\n" for each in sorted([*kept, line])).encode())


def _records(venue_id: VenueId, file: ArchivedFile, content: bytes) -> list[RawRecord]:
    try:
        header, *lines, end = gzip.decompress(content).split(b"\n")
        told = _decode_header(header)
        records = [_decode_record(line) for line in lines]
    except (ValueError, EOFError, OSError, zlib.error) as error:
        raise ArchiveDamaged(f"{file.name} cannot be read: {error}") from error
    numbers = [record.number for record in records]
    expected = _Header(_FORMAT, venue_id, file.first, file.last)
    if told != expected or end or numbers != list(range(file.first, file.last + 1)):
        raise ArchiveDamaged(
            f"{file.name} does not hold records {file.first} to {file.last} of venue {venue_id}"
        )
    return records


def _write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there in full or not at all, whatever happens."""
    draft = path.with_name(f"{path.name}.part")
    with draft.open("wb") as target:
        target.write(content)
        target.flush()
        os.fsync(target.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
