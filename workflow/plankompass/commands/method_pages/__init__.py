"""Method pages in docs/method: formula and source from the docstrings and the codebook, worked examples."""

from __future__ import annotations

from plankompass.commands.method_pages.pages import operator_page, statistics_page

__all__ = ["operator_page", "statistics_page"]
