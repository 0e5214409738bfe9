"""Reading zip archives that come from outside: members, names and sizes are held to limits.

Nothing is ever unpacked to disk. What the archive declares about itself is checked before anything
is read, and what really comes out is counted while reading.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from functools import cached_property
from pathlib import Path, PurePosixPath

from plankompass.study.problems import PlankompassError

_END_OF_DIRECTORY = b"PK\x05\x06"
_END_OF_DIRECTORY_64 = b"PK\x06\x06"
_MEMBER_ENTRY = b"PK\x01\x02"
_CHUNK = 1 << 20


class ArchiveRefusedError(PlankompassError):
    """An archive that is broken or outside the limits; nothing of it is used."""


def _directory_extent(path: Path, size: int) -> tuple[int, int] | None:
    """Offset and size of the zip's list of members, read from the end record without trusting it."""
    with path.open("rb") as file:
        tail_size = min(size, 65_536 + 22 + 20 + 56)
        file.seek(size - tail_size)
        tail = file.read(tail_size)
    at = tail.rfind(_END_OF_DIRECTORY)
    if at < 0 or len(tail) - at < 22:
        return None
    length, offset = struct.unpack_from("<II", tail, at + 12)
    at64 = tail.rfind(_END_OF_DIRECTORY_64, 0, at)
    if 0xFFFFFFFF in (length, offset) and at64 >= 0 and at - at64 >= 56:
        length, offset = struct.unpack_from("<QQ", tail, at64 + 40)
    return offset, length


class SafeArchive:
    """A zip archive opened for reading within limits.

    Args:
        path: The file.
        max_members: Most members it may list.
        max_bytes: Most bytes the members may hold unpacked, together, declared and read.

    Attributes:
        names: Names of the files in it, folders left out, sorted; ``/`` between folders.

    Raises:
        ArchiveRefusedError: It is no zip file, lists too many members, declares too many bytes, holds
            a name that leads out of the archive, or a name twice.
    """

    def __init__(self, path: Path | str, *, max_members: int, max_bytes: int) -> None:
        self._path = Path(path)
        self._left = max_bytes
        self._max_bytes = max_bytes
        self._guard_member_count(max_members)
        try:
            self._zip = zipfile.ZipFile(self._path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error):
            raise self._refused(
                "not a readable zip archive; export it again from the program that made it"
            ) from None
        try:
            self._members = self._checked_members(max_members)
        except ArchiveRefusedError:
            self._zip.close()
            raise
        self.names = sorted(self._members)

    def __enter__(self) -> SafeArchive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def _refused(self, reason: str) -> ArchiveRefusedError:
        return ArchiveRefusedError(f"{self._path.name}: {reason}")

    def _guard_member_count(self, max_members: int) -> None:
        """Count members before the library builds an object for each of them."""
        size = self._path.stat().st_size
        extent = _directory_extent(self._path, size)
        if extent is None:
            raise self._refused(
                "not a readable zip archive; export it again from the program that made it"
            )
        _, length = extent
        too_many = self._refused(f"the archive lists more than {max_members} files")
        # an entry is 46 bytes plus its name; entries with longer names than this are not honest
        if length > max_members * (46 + 1024):
            raise too_many
        with self._path.open("rb") as file:
            file.seek(max(0, size - length - 65_536 - 98))
            if file.read().count(_MEMBER_ENTRY) > max_members:
                raise too_many

    def _checked_members(self, max_members: int) -> dict[str, zipfile.ZipInfo]:
        infos = self._zip.infolist()
        if len(infos) > max_members:
            raise self._refused(f"the archive lists more than {max_members} files")
        if sum(info.file_size for info in infos) > self._max_bytes:
            raise self._refused(
                f"unpacked it would be more than {self._max_bytes // 1_000_000} MB; "
                "raise limits.megabytes_per_file in the configuration if the file is yours"
            )
        members: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            name = info.filename.replace("\\", "/")
            parts = PurePosixPath(name).parts
            if ".." in parts or name.startswith("/") or re.match(r"^[A-Za-z]:", name):
                raise self._refused(
                    "a file in the archive has a path that leads out of the archive"
                )
            if info.is_dir() or name.endswith("/"):
                continue
            if name in members:
                raise self._refused("two files in the archive have the same name")
            members[name] = info
        return members

    def find(self, name: str) -> str | None:
        """The member with a name, whatever its letters' case.

        Args:
            name: Path in the archive, ``/`` between folders.

        Returns:
            The name as the archive has it; None when no member, or more than one, matches.
        """
        if name in self._members:
            return name
        matches = self._by_folded_name.get(name.casefold(), [])
        return matches[0] if len(matches) == 1 else None

    @cached_property
    def _by_folded_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name in self.names:
            found.setdefault(name.casefold(), []).append(name)
        return found

    def read(self, name: str) -> bytes:
        """Read one member, counting what comes out.

        Args:
            name: A name in ``names``.

        Returns:
            The member's bytes.

        Raises:
            ArchiveRefusedError: The member is encrypted, damaged, or unpacks to more than the limit.
        """
        info = self._members[name]
        if info.flag_bits & 0x1:
            raise self._refused("the archive is protected by a password; export it without one")
        chunks = []
        try:
            with self._zip.open(info) as member:
                while chunk := member.read(_CHUNK):
                    self._left -= len(chunk)
                    if self._left < 0:
                        raise self._refused(
                            f"unpacked it is more than {self._max_bytes // 1_000_000} MB"
                        )
                    chunks.append(chunk)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, ValueError):
            raise self._refused("a file in the archive is damaged; export it again") from None
        return b"".join(chunks)
