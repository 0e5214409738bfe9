"""Feasible points of a block's program, kept while rows are published and hidden again."""

from __future__ import annotations

import numpy as np

# Corners are kept up to this many bytes; without the oldest ones some programs are solved again.
_CORNER_BYTES = 128_000_000


class Corners:
    """Feasible points and the targets' values there, growing without a copy for each new one.

    An older state stays as it was when newer points come, so it can be gone back to.

    Args:
        points: Room for points, shape (room, unknowns).
        values: Room for values, shape (room, targets).
        count: How many are in use.
        base: A feasible point inside, around which neighbourhoods are looked at, when there is one.
    """

    def __init__(
        self,
        points: np.ndarray,
        values: np.ndarray,
        count: int,
        base: np.ndarray | None = None,
    ) -> None:
        self._points, self._values, self._count = points, values, count
        self.base = base

    @classmethod
    def none(cls, unknowns: int, targets: int) -> Corners:
        """No corner yet."""
        return cls(np.zeros((0, unknowns)), np.zeros((0, targets)), 0)

    def __len__(self) -> int:
        """Number of corners."""
        return self._count

    @property
    def points(self) -> np.ndarray:
        """The points, shape (corners, unknowns)."""
        return self._points[: self._count]

    @property
    def values(self) -> np.ndarray:
        """The targets' values, shape (corners, targets)."""
        return self._values[: self._count]

    def only(self, keep: np.ndarray) -> Corners:
        """The corners a mask keeps, with the same base."""
        if keep.all():
            return self
        return Corners(self.points[keep], self.values[keep], int(keep.sum()), self.base)

    def around(self, base: np.ndarray | None) -> Corners:
        """These corners with another base."""
        return Corners(self._points, self._values, self._count, base)

    def with_one(self, point: np.ndarray, values: np.ndarray) -> Corners:
        """These corners and one more."""
        points, columns, count = self._points, self._values, self._count
        if count == len(points):
            most = max(64, _CORNER_BYTES // (8 * (len(point) + len(values) + 1)))
            newest = slice(count // 2 if count >= most else 0, count)
            count = newest.stop - newest.start
            room = min(most, max(16, 2 * count))
            points, columns = np.empty((room, len(point))), np.empty((room, len(values)))
            points[:count], columns[:count] = self._points[newest], self._values[newest]
        points[count], columns[count] = point, values
        return Corners(points, columns, count + 1, self.base)
