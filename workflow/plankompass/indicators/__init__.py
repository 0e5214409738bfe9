"""Tidy tables in, estimates with uncertainty out: what the codebook's indicators say of the study."""
