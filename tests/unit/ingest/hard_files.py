"""Survey files as other programs write them: multiple-response sets, other code pages, long texts.

The writer at hand makes UTF-8 files without sets only; these functions change its files byte by byte.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

END_OF_DICTIONARY = struct.pack("<ii", 999, 0)
#: Stands for a letter that takes one byte in the code page, in files that are written as ASCII first.
PLACE = "~"


def add_record(path: Path, subtype: int, content: bytes) -> None:
    """Put an extension record of a .sav before the end of its dictionary.

    Args:
        path: The file; it is changed.
        subtype: 7 for multiple-response sets, 20 for the name of the encoding.
        content: The record's bytes.
    """
    data = path.read_bytes()
    place = data.index(END_OF_DICTIONARY)
    record = struct.pack("<iiii", 7, subtype, 1, len(content)) + content
    path.write_bytes(data[:place] + record + data[place:])


def dichotomy(name: str, value: str, label: str, variables: Sequence[str]) -> str:
    """One line of a record of sets: variables in which a value counts."""
    return f"${name}=D{len(value)} {value} {len(label)} {label} {' '.join(variables)}\n"


def categories(name: str, label: str, variables: Sequence[str]) -> str:
    """One line of a record of sets: variables that share their categories."""
    return f"${name}=C {len(label)} {label} {' '.join(variables)}\n"


def declare(path: Path, name: bytes, number: int) -> None:
    """Let a .sav declare another encoding: its name (subtype 20) and code page number (subtype 3)."""
    data = path.read_bytes()
    old = struct.pack("<iiii", 7, 20, 1, 5) + b"UTF-8"
    assert data.count(old) == 1
    data = data.replace(old, struct.pack("<iiii", 7, 20, 1, len(name)) + name)
    place = data.index(struct.pack("<iiii", 7, 3, 4, 8)) + 16 + 28
    assert struct.unpack_from("<i", data, place) == (65001,)
    path.write_bytes(data[:place] + struct.pack("<i", number) + data[place + 4 :])


def in_code_page(path: Path, byte: int) -> None:
    """Put one byte wherever the file has :data:`PLACE`."""
    data = path.read_bytes()
    assert PLACE.encode() in data
    path.write_bytes(data.replace(PLACE.encode(), bytes([byte])))


def declare_missing_in_por(path: Path, variable: str, records: str) -> None:
    """Declare user-missing values in a portable file, which no writer at hand can.

    Args:
        path: The file; written anew.
        variable: The end of the variable's own record, after which the records stand.
        records: Records of missing values: ``88/`` is 8, ``B8/37/`` 8 to 97 (base 30), ``98/`` up to 8.
    """
    text = path.read_bytes().decode("latin-1").replace("\r\n", "")
    before, found, after = text.partition(variable)
    assert found, variable
    text = (before + found + records + after).rstrip("Z")
    text += "Z" * (-len(text) % 80 or 80)
    lines = [text[start : start + 80] for start in range(0, len(text), 80)]
    path.write_bytes("".join(line + "\r\n" for line in lines).encode("latin-1"))
