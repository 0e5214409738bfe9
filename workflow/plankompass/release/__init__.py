"""Release: what is handed over, and how it is checked again."""
