"""Seeded factory of made-up studies: raw files in the formats researchers get, and the planted truth.

``python -m tests.study_factory --out DIR --municipalities 12 --seed 1 --study eksempel`` writes one
study. The same arguments give the same bytes, on any day and in any order of work. Nothing in it
comes from a real person, municipality or plan. The expected values that tests compare with are
saved apart from the raw files (:mod:`tests.study_factory.truth`).
"""

from tests.study_factory.factory import MadeStudy, make_study

__all__ = ["MadeStudy", "make_study"]
