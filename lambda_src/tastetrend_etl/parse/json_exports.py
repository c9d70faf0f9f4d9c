"""Unwraps the reviews in exports of document databases."""

from collections.abc import Mapping
from typing import Any

# MongoDB's extended JSON gives the type of a value as the only key of an object.
_MONGO_TYPES = frozenset(
    {"$date", "$numberDecimal", "$numberDouble", "$numberInt", "$numberLong", "$oid", "$uuid"}
)


def plain_value(value: object) -> object:
    """Return a value without the type that MongoDB writes around it: `{"$numberInt": "5"}` is `5`."""
    while isinstance(value, dict) and len(value) == 1 and _MONGO_TYPES & value.keys():
        (value,) = value.values()
    return value


def document_of(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the document and the id of a search result of Elasticsearch, any other object as it is.

    The index and the score of the search are left out: a score of 1.0 would be a rating.
    """
    document = content.get("_source")
    if not isinstance(document, dict) or "_index" not in content:
        return content
    return {name: content[name] for name in ("_id",) if name in content} | document
