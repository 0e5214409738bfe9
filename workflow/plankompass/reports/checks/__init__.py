"""Checks of finished pages against their report.json: what is wrong, in words."""
