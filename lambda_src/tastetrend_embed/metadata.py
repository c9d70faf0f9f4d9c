"""Makes the metadata of a sentence from the row of its review."""

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from tastetrend_etl.pseudonym import PseudonymKey, pseudonym

METADATA_VERSION = 1
"""Of the fields and their values; raise it with every change, so that all vectors get the new ones."""

COLUMNS = (
    "review_id", "source_file", "source_row", "customer_name", "location", "restaurant_name",
    "review_date", "rating_1_5", "review_text",
)  # fmt: skip
"""The columns of the dataset that are read."""

Metadata = Mapping[str, str | int | float]

_MAX_BYTES = 400  # of a text that can be filtered by; S3 Vectors allows 2 KB for all fields of a vector
_HIDDEN = ("source_file", "source_row")


def row_metadata(row: Mapping[str, Any], key: PseudonymKey) -> Metadata:
    """Return the metadata that all sentences of a row share; what is null is left out."""
    location, name, date = row["location"], row["customer_name"], row["review_date"]
    values = {
        "review_id": row["review_id"],
        "restaurant_name": _shorten(row["restaurant_name"]),
        "location": _shorten(location),
        "location_key": _shorten(location_key(location)) if location else None,
        "rating": row["rating_1_5"],
        "date": date.year * 10_000 + date.month * 100 + date.day if date else None,
        "customer": pseudonym(name, key) if name else None,
        "source_file": row["source_file"],
        "source_row": row["source_row"],
    }
    return {field: value for field, value in values.items() if value not in (None, "")}


def location_key(location: str) -> str:
    """Return the normal form of a location: NFKC, case folded, without what follows a comma or bracket."""
    folded = unicodedata.normalize("NFKC", location).casefold()
    return " ".join(re.split(r"[,(\[{]", folded, maxsplit=1)[0].split())


def stored_metadata(key: str, text: str, metadata: Metadata) -> dict[str, str | int | float]:
    """Return all metadata of a vector: with its sentence, where LangChain and LlamaIndex look for it."""
    shown = {field: value for field, value in metadata.items() if field not in _HIDDEN}
    node = {"id_": key, "text": text, "metadata": shown, "class_name": "TextNode"}
    content = json.dumps(node, ensure_ascii=False)
    return {**metadata, "_page_content": text, "_node_content": content, "_node_type": "TextNode"}


def _shorten(text: str | None) -> str | None:
    return text and text.encode()[:_MAX_BYTES].decode(errors="ignore")
