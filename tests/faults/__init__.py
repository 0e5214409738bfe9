"""Faults on purpose: a build is hurt at a random moment and must then finish by itself, with the same bytes."""
