"""Pseudonyms: keyed hashes of raw keys, made at ingest with a salt that never enters the project."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

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


def pseudonyms(keys: Iterable[str], salt: bytes, scope: Sequence[str]) -> list[str]:
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
    out = []
    for key in keys:
        digest = base.copy()
        digest.update(key.encode("utf-8", "surrogatepass"))
        out.append(digest.hexdigest())
    return out
