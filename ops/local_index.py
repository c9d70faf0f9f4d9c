"""Writes the index of files that were processed into a folder with the objects of the processed bucket."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ops.file_index import build_index
from ops.index_page import write_index
from tastetrend_etl.history import history_row

Report = dict[str, Any]


def write_local_index(reports: Iterable[Report], folder: Path) -> Path:
    """Write `index.html` with links to the pages beside it, and return its path.

    Args:
        reports: the validation or error report of each file.
        folder: has their bias reports and pages under the keys of the bucket.
    """
    rows = [history_row(report, _bias(report, folder)) for report in reports]
    links = {row["page"]: quote(row["page"]) for row in rows if (folder / row["page"]).exists()}
    return write_index(build_index("Processed files", rows, rows), links, folder)


def _bias(report: Report, folder: Path) -> Report | None:
    key = report["outputs"].get("bias")
    return json.loads((folder / key).read_bytes()) if key else None
