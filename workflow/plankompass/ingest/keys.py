"""Pseudonyms: keyed hashes of raw keys, made at ingest with a salt that never enters the project."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from plankompass.study.problems import PlankompassError

_MIN_SALT_BYTES = 16
_DIGEST_BYTES = 10


def load_salt(salt_file: str | None, study: str) -> bytes:
    """Read the salt of respondent keys.

    Args:
        salt_file: The configured file; None for the example study, whose persons are made up and
            whose salt is therefore derived from the study's id.
        study: The study's id.

    Returns:
        A key for :func:`pseudonyms`, 32 bytes.

    Raises:
        PlankompassError: The file is missing, lies inside the project, or is too short.
    """
    if salt_file is None:
        return hashlib.blake2b(f"plankompass example {study}".encode(), digest_size=32).digest()
    path = Path(salt_file).expanduser()
    hint = (
        "make it once, outside the project: "
        'python3 -c "import secrets; print(secrets.token_hex(32))" > FILE'
    )
    if path.resolve().is_relative_to(Path.cwd().resolve()):
        raise PlankompassError(
            f"config.yaml: salt_file: {salt_file} lies inside the project; move it outside, so that "
            "it is never shared with the data"
        )
    try:
        salt = path.read_bytes().strip()
    except OSError:
        raise PlankompassError(
            f"config.yaml: salt_file: {salt_file} cannot be read; {hint}"
        ) from None
    if len(salt) < _MIN_SALT_BYTES:
        raise PlankompassError(
            f"config.yaml: salt_file: {salt_file} holds fewer than {_MIN_SALT_BYTES} bytes; {hint}"
        )
    return hashlib.blake2b(salt, digest_size=32).digest()


def pseudonyms(keys: Iterable[str], salt: bytes, scope: Sequence[str]) -> pd.Series:
    """Hash raw keys to pseudonyms.

    Args:
        keys: Raw keys as text.
        salt: Secret key, at most 64 bytes.
        scope: What the pseudonym is for, for instance ``("person", "folkevalgte")``. The same key
            in another scope gives another pseudonym.

    Returns:
        One pseudonym a key: 20 hexadecimal digits (80 bits).
    """
    prefix = "\x1f".join(scope).encode() + b"\x1e"
    base = hashlib.blake2b(prefix, key=salt, digest_size=_DIGEST_BYTES)
    digests = bytearray()
    for key in keys:
        digest = base.copy()
        digest.update(key.encode("utf-8", "surrogatepass"))
        digests += digest.digest()
    return _as_hex(bytes(digests))


def questionnaire_ids(persons: pd.Series, salt: bytes, scope: Sequence[str]) -> pd.Series:
    """Pseudonyms of questionnaires from those of the persons who filled them in.

    A person's pseudonym is combined with a secret number of the scope (exclusive or): within a scope
    different persons keep different ids, and no hash is made a second time for each row.

    Args:
        persons: Pseudonyms from :func:`pseudonyms`.
        salt: Secret key.
        scope: The wave, group and gathering.

    Returns:
        One id a person: 20 hexadecimal digits.
    """
    prefix = "\x1f".join(("questionnaire", *scope)).encode()
    mask = hashlib.blake2b(prefix, key=salt, digest_size=_DIGEST_BYTES).digest()
    raw = np.frombuffer(bytes.fromhex(persons.str.cat()), dtype="uint8").reshape(-1, _DIGEST_BYTES)
    return _as_hex((raw ^ np.frombuffer(mask, dtype="uint8")).tobytes())


def _as_hex(content: bytes) -> pd.Series:
    """Digests as text, laid down whole: no text of its own is made for each."""
    text, width = content.hex().encode(), 2 * _DIGEST_BYTES
    ends = np.arange(0, len(text) + 1, width, dtype="int64")
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(text)]
    return pd.Series(pa.Array.from_buffers(pa.large_string(), len(ends) - 1, buffers), dtype="str")
