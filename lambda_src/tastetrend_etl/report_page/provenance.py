"""Shows which object a page is on, by which code it was made, and where the outputs are."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tastetrend_etl.report_page.checks import Report
from tastetrend_etl.report_page.figures import clip, code, moment, size
from tastetrend_etl.report_page.parts import Html, section, table
from tastetrend_etl.report_page.rows import code_key

_RAW_OBJECT: Mapping[str, tuple[str, Callable[[Any], object]]] = {
    "bucket": ("Raw bucket", code),
    "key": ("Raw object", code_key),
    "version_id": ("Version id", code),
    "etag": ("ETag", code),
    "size": ("Size", size),
    "last_modified": ("Uploaded", moment),
    "first_uploaded": ("First uploaded", moment),
}
_OUTPUTS = {"dataset": "Dataset", "rejected": "Rejected rows", "bias": "Bias report"}


def provenance(report: Report) -> Html:
    """Return the section with the raw object, the versions and the outputs."""
    return section("provenance", "Provenance", table("Provenance", (), _facts(report)))


def _facts(report: Report) -> Iterator[tuple[str, object]]:
    raw = report.get("raw_object", {})
    for field, (title, shown) in _RAW_OBJECT.items():
        if field in raw:
            yield title, shown(raw[field])
    yield "Function version", clip(report.get("function_version", "not known"))
    yield "Contract version", clip(report.get("contract_version", "1"))
    for name, title in _OUTPUTS.items():
        if key := report.get("outputs", {}).get(name):
            yield title, code_key(key)
