"""Independent random streams, each named, so that adding one part never moves another."""

from __future__ import annotations

import hashlib
import uuid

import numpy as np


def stream(seed: int, *labels: object) -> np.random.Generator:
    """A generator of its own for one named purpose.

    Args:
        seed: The study's seed.
        labels: What the numbers are for, for instance ``("answers", "k01", "T1")``.

    Returns:
        A generator that depends on the seed and the labels only.
    """
    text = "\x1f".join([str(seed), *map(str, labels)])
    digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "big")))


def stable_uuid(seed: int, *labels: object) -> str:
    """A UUID (version 5) that depends on the seed and the labels only."""
    return str(
        uuid.uuid5(uuid.NAMESPACE_URL, ":".join(["urn:made-study", str(seed), *map(str, labels)]))
    )
