"""First stage: raw files to tidy tables; changes shape only."""
