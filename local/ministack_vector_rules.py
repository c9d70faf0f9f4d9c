"""The rules of S3 Vectors for requests, vectors, metadata and filters, with the messages of AWS."""

import operator
from collections.abc import Callable, Collection, Iterator
from typing import Any

import numpy as np

Record = dict[str, Any]
Predicate = Callable[[Record], bool]
Vector = np.ndarray[Any, np.dtype[np.float32]]

_MAX_RESULTS = 100  # of AWS 10,000, in pages of unknown size
_MAX_ITEMS = {"PutVectors": ("vectors", 500), "DeleteVectors": ("keys", 500), "GetVectors": ("keys", 100)}
_MAX_KEYS, _MAX_BYTES, _MAX_FILTERABLE_BYTES, _MAX_KEY_BYTES = 50, 40960, 2048, 1024
_COMPARISONS = {"$gt": operator.gt, "$gte": operator.ge, "$lt": operator.lt, "$lte": operator.le}


class ServiceError(Exception):
    """An error that AWS would return; its arguments are code, message and HTTP status."""


def invalid(message: str) -> ServiceError:
    """Return the error for a request that breaks a rule."""
    return ServiceError("ValidationException", message, 400)


def check_request(operation: str, request: Record) -> None:
    """Raise an error if a request has too many items or results, or too long a key."""
    field, most = _MAX_ITEMS.get(operation, ("", 0))
    if field and not 1 <= len(request[field]) <= most:
        where = f"Value with length {len(request[field])} at '/{field}'"
        raise _broken(where, f"have length between 1 and {most}, inclusive")
    if request.get("topK", 0) > _MAX_RESULTS:
        raise _broken("Value at '/topK'", f"be less than or equal to {_MAX_RESULTS}")
    keys = request.get("keys") or [record["key"] for record in request.get("vectors", [])]
    if any(len(key.encode()) > _MAX_KEY_BYTES for key in keys):
        raise invalid("Record key length exceeds the maximum allowed")


def _broken(value: str, rule: str) -> ServiceError:
    return invalid(f"1 validation error detected. {value} failed to satisfy constraint: Member must {rule}")


def read_record(record: Record, dimension: int, hidden: Collection[str]) -> tuple[Vector, Record]:
    """Return the vector and the metadata of a record, or raise an error that names its key."""
    vector, metadata = _to_float32(record["data"]["float32"]), record.get("metadata") or {}
    for problem in (*_vector_problems(vector, dimension), *_metadata_problems(metadata, hidden)):
        raise invalid(f"Invalid record for key '{record['key']}': {problem}")
    return vector, metadata


def read_query(numbers: list[float], dimension: int) -> Vector:
    """Return the vector of a query."""
    vector = _to_float32(numbers)
    for _ in _vector_problems(vector, dimension):
        raise invalid("Query vector contains invalid values or is invalid for this index")
    return vector


def _to_float32(numbers: list[float]) -> Vector:
    with np.errstate(over="ignore"):  # infinity is refused
        return np.array(numbers, np.float32)


def _vector_problems(vector: Vector, dimension: int) -> Iterator[str]:
    if len(vector) != dimension:
        yield f"vector must have length {dimension}, but has length {len(vector)}"
    if not np.isfinite(vector).all():
        yield "vector contains NaNs or Infs"
    if not vector.any():
        yield "cosine distance does not support vectors with zero norm"


def _metadata_problems(metadata: Record, hidden: Collection[str]) -> Iterator[str]:
    if len(metadata) > _MAX_KEYS:
        yield f"Metadata object must have at most {_MAX_KEYS} keys"
    for value in metadata.values():
        yield from _value_problems(value)
    if _metadata_size(metadata) > _MAX_BYTES:
        yield f"Metadata object must have at most {_MAX_BYTES} bytes"
    if _metadata_size({key: metadata[key] for key in metadata if key not in hidden}) > _MAX_FILTERABLE_BYTES:
        yield f"Filterable metadata must have at most {_MAX_FILTERABLE_BYTES} bytes"


def _value_problems(value: object) -> Iterator[str]:
    if value == []:
        yield "Empty arrays are not allowed in metadata"
    elif isinstance(value, list) and {_kind(part) for part in value} not in ({"string"}, {"number"}):
        yield "Metadata array values must be strings or numbers"
    elif not isinstance(value, list) and not _kind(value):
        yield "Metadata values must be strings, numbers, booleans, or arrays"


def _metadata_size(metadata: Record) -> int:
    """Count bytes as AWS was observed to do: a number has 4, and nothing is escaped as in JSON."""
    return 4 + sum(8 + len(key.encode()) + _value_size(value) for key, value in metadata.items())


def _value_size(value: object) -> int:
    if isinstance(value, list):
        return sum(4 + _value_size(part) for part in value)
    if isinstance(value, str):
        return len(value.encode())
    return 4 if _kind(value) == "number" else 0


def _kind(value: object) -> str:
    """Return the type of a JSON scalar, or nothing; values of different types are never equal."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    return "number" if isinstance(value, (int, float)) else ""


def compile_filter(condition: Any, hidden: Collection[str]) -> Predicate:  # noqa: ANN401 # any JSON
    """Return the predicate of a query's filter on metadata; a condition has exactly one key."""
    if not isinstance(condition, dict) or len(condition) != 1:
        raise invalid("Invalid filter")
    ((key, operand),) = condition.items()
    if key in {"$and", "$or"}:
        return _compile_group(key, operand, hidden)
    if key in hidden:
        raise invalid("Invalid use of non-filterable metadata in filter")
    operators = operand if isinstance(operand, dict) else {"$eq": operand}
    if not operators:
        raise invalid("Invalid filter")
    tests = [_compile_operator(key, name, value) for name, value in operators.items()]
    return lambda metadata: all(test(metadata) for test in tests)


def _compile_group(key: str, conditions: Any, hidden: Collection[str]) -> Predicate:  # noqa: ANN401 # any JSON
    if not isinstance(conditions, list) or not conditions:
        raise invalid("Invalid filter")
    tests = [compile_filter(condition, hidden) for condition in conditions]
    combine = all if key == "$and" else any
    return lambda metadata: combine(test(metadata) for test in tests)


def _compile_operator(key: str, name: str, operand: Any) -> Predicate:  # noqa: ANN401 # any JSON
    """Return the predicate of one operator; a missing key is unequal to everything."""
    allowed = [operand] if name in {"$eq", "$ne"} else operand
    if name in {"$eq", "$ne", "$in", "$nin"} and _is_list_of_scalars(allowed):
        return lambda metadata: _is_any(metadata.get(key), allowed) is (name in {"$eq", "$in"})
    if name in _COMPARISONS and _kind(operand) == "number":
        compare = _COMPARISONS[name]
        return lambda metadata: _kind(metadata.get(key)) == "number" and compare(metadata[key], operand)
    if name == "$exists" and isinstance(operand, bool):
        return lambda metadata: (key in metadata) is operand
    raise invalid("Invalid filter")


def _is_list_of_scalars(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(_kind(part) for part in value)


def _is_any(value: object, allowed: list[object]) -> bool:
    """Return whether a value, or one of an array's, is allowed."""
    values = value if isinstance(value, list) else [value]
    return any(_kind(part) == _kind(each) and part == each for part in values for each in allowed)
