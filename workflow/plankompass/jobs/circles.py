"""Python's search for circles of dead objects, once a job instead of a hundred times.

A report's rows and drawn lines, the rows of a nation's linear system: many small objects that all live
until the job is done. Each search on the way goes through them, and through all tables that the process
keeps, in vain.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def searched_once() -> Iterator[None]:
    """Put the search off until a piece of work is done, then look through what the work has left.

    Stands around a ``with`` block or, as a decorator, around a function. Memory does not grow from one
    piece of work to the next; where the search is off already nothing is done.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect(0)
