"""A large table in columns of plain values, from which rows are made when they are asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd


class Columns:
    """Some columns of a table.

    Args:
        frame: The table.
        texts: Its columns of text.
        numbers: Its columns of numbers.
        counts: Its columns of whole numbers.
    """

    def __init__(
        self,
        frame: pd.DataFrame,
        *,
        texts: Sequence[str],
        numbers: Sequence[str],
        counts: Sequence[str],
    ) -> None:
        self._texts = {name: codes_of(frame[name]) for name in texts}
        self._numbers = {
            name: frame[name].to_numpy(dtype="float64", na_value=np.nan)
            for name in (*numbers, *counts)
        }

    def texts(self, name: str, rows: np.ndarray) -> list[str]:
        """A column of text.

        Args:
            name: The column.
            rows: Places of the rows wanted.

        Returns:
            One text a row; an empty one where the table has none.
        """
        codes, words = self._texts[name]
        return [words[code] for code in codes[rows].tolist()]

    def numbers(self, name: str, rows: np.ndarray) -> list[float | None]:
        """A column of numbers.

        Args:
            name: The column.
            rows: Places of the rows wanted.

        Returns:
            One number a row; None where the table has none.
        """
        return [None if x != x else x for x in self._numbers[name][rows].tolist()]

    def counts(self, name: str, rows: np.ndarray) -> list[int | None]:
        """A column of whole numbers.

        Args:
            name: The column.
            rows: Places of the rows wanted.

        Returns:
            One number a row; None where the table has none.
        """
        return [None if x != x else int(x) for x in self._numbers[name][rows].tolist()]


def codes_of(column: pd.Series) -> tuple[np.ndarray, list[str]]:
    """A text column as numbers, and what they stand for.

    Args:
        column: Texts; missing ones become the last text, which is empty.

    Returns:
        A number a row, and the texts.
    """
    codes, words = pd.factorize(column)
    return codes, [*(str(word) for word in words), ""]
