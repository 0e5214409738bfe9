"""Plankompass: from a study's raw files to comparison reports for each municipality."""

__version__ = "0.1.0"
