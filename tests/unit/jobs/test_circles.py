"""The search for dead circles is put off, and afterwards nothing is left."""

from __future__ import annotations

import gc
import weakref

import pytest

from plankompass.jobs.circles import searched_once


class _Circle:
    def __init__(self) -> None:
        self.me = self


def test_search_is_off_inside_and_what_died_is_gone_after() -> None:
    with searched_once():
        assert not gc.isenabled()
        dead = weakref.ref(_Circle())
        assert dead() is not None
    assert gc.isenabled()
    assert dead() is None


def test_search_comes_back_after_an_error() -> None:
    with pytest.raises(ValueError, match="a fault"), searched_once():
        raise ValueError("a fault")
    assert gc.isenabled()


def test_whoever_has_turned_it_off_keeps_it_off() -> None:
    gc.disable()
    try:
        with searched_once():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
