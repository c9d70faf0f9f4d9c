"""Lists the outputs of a raw object in the order in which they are written."""

import json
from pathlib import Path
from typing import TypeAlias

from tastetrend_etl.output_keys import OutputKeys
from tastetrend_etl.pipeline import Outcome
from tastetrend_etl.report_page import render_processed, render_rejected
from tastetrend_etl.validate.report import Report

Content: TypeAlias = Report | str | bytes | Path
"""A JSON document, an HTML page, a parquet file in memory, or one on the disk."""


def outputs_in_commit_order(outcome: Outcome) -> list[tuple[str, Content]]:
    """Return key and content of each output; the dataset is last, so that where it is, all others are."""
    keys = outcome.keys
    outputs: list[tuple[str, Content | None]] = [
        (keys.validation, outcome.validation),
        (keys.rejected, outcome.rejected),
        (keys.bias, outcome.bias),
        (keys.page, render_processed(outcome.validation, outcome.bias)),
        (keys.dataset, outcome.dataset),
    ]
    return [(key, content) for key, content in outputs if content is not None]


def outputs_of_rejected_file(keys: OutputKeys, report: Report) -> list[tuple[str, Content]]:
    """Return key and content of each output of a file that was rejected; the error report is last."""
    return [(keys.page, render_rejected(report)), (keys.error, report)]


def to_bytes(content: Content) -> bytes:
    """Return an output as the bytes of its object."""
    if isinstance(content, Path):
        return content.read_bytes()
    if isinstance(content, bytes):
        return content
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=2)
    return text.encode(errors="backslashreplace")
