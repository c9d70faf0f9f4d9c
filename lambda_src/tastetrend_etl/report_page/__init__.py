"""Renders the reports of a file as one self-contained HTML page, by the standard library alone."""

from tastetrend_etl.report_page.page import render_processed, render_rejected

__all__ = ["render_processed", "render_rejected"]
