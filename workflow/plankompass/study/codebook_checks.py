"""Checks across the five codebook files: every id referenced exists, and every id is used."""

from __future__ import annotations

from plankompass.study.codebook import Codebook


def check_codebook(book: Codebook) -> list[str]:
    """Find what does not fit together in the codebook.

    Args:
        book: The codebook, each file valid by itself.

    Returns:
        One line an error, sorted: file, id and what is wrong. Empty when all is well.
    """
    errors: list[str] = []
    return sorted(errors)
