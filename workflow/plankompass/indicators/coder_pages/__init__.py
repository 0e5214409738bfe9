"""Restricted pages for the coders and researchers: disagreements to meet over, passages to read."""
