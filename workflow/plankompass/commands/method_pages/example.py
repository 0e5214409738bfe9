"""A worked example: arithmetic a reader can follow, held to what the program gives."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """One worked example.

    Attributes:
        steps: The arithmetic, as lines of Markdown.
        by_hand: Its results.
        program: What the program gives for the same, in the same order.
        call: The call that gave it.
    """

    steps: tuple[str, ...]
    by_hand: tuple[float, ...]
    program: tuple[float, ...]
    call: str

    def lines(self) -> list[str]:
        """The example as Markdown.

        Returns:
            Lines.

        Raises:
            ValueError: The arithmetic and the program differ.
        """
        for one, two in zip(self.by_hand, self.program, strict=True):
            if not math.isclose(one, two, rel_tol=1e-9, abs_tol=1e-12):
                raise ValueError(
                    f"worked example of {self.call}: {one} by hand, {two} by the program"
                )
        given = ", ".join(number(value) for value in self.program)
        return [
            "*Worked example.* " + self.steps[0],
            *self.steps[1:],
            f"`{self.call}` gives {given}.",
            "",
        ]


def number(value: float) -> str:
    """A number with at most four decimals.

    Args:
        value: The number.

    Returns:
        Text.
    """
    return f"{value:.4f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"
