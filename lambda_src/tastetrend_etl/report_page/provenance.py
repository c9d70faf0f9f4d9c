"""Shows which object a page is on, by which code it was made, and where the outputs are."""

from collections.abc import Iterator

from tastetrend_etl.report_page.checks import Report
from tastetrend_etl.report_page.figures import clip, code, moment, size
from tastetrend_etl.report_page.parts import Html, section, table
from tastetrend_etl.report_page.rows import code_key

_OUTPUTS = {"dataset": "Dataset", "rejected": "Rejected rows", "bias": "Bias report"}


def provenance(report: Report) -> Html:
    """Return the section with the raw object, the versions and the outputs."""
    return section("provenance", "Provenance", table("Provenance", (), _facts(report)))


def _facts(report: Report) -> Iterator[tuple[str, object]]:
    raw = report.get("raw_object", {})
    if "key" in raw:
        yield "Raw object", code_key(f"s3://{raw.get('bucket', '')}/{raw['key']}")
    if "version_id" in raw:
        yield "Version id", code(raw["version_id"])
    if "etag" in raw:
        yield "ETag", code(raw["etag"])
    if "size" in raw:
        yield "Size", size(raw["size"])
    if "last_modified" in raw:
        yield "Uploaded", moment(raw["last_modified"])
    if "first_uploaded" in raw:
        yield "First uploaded", moment(raw["first_uploaded"])
    yield "Function version", clip(report.get("function_version", "not known"))
    yield "Contract version", clip(report.get("contract_version", "1"))
    for name, title in _OUTPUTS.items():
        if key := report.get("outputs", {}).get(name):
            yield title, code_key(key)
