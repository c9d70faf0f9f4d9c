"""Checks that a raw file without a customer has the same other rows, with the same values."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tastetrend_erase.customer import Customer
from tastetrend_erase.eraser import Eraser
from tastetrend_erase.models import NotErasableError
from tastetrend_etl.errors import RejectedFileError
from tastetrend_etl.limits import TIERS
from tastetrend_etl.models import SourceObject
from tastetrend_etl.pipeline import Outcome, process

# Numbers of rows, what is derived from a masked text, and how rows relate to those that are gone.
_NOT_COMPARED = frozenset({"review_id", "source_row", "review_text_trunc", "review_length", "issues"})
_STATE_THE_FORMAT = (
    "without these rows, other rows of the file would be read differently ({}); state the format of its "
    "source as in docs/onboarding.md, or edit the file and upload it again"
)


def check_unchanged(
    source: SourceObject,
    files: tuple[Path, Path],
    folder: Path,
    eraser: Eraser,
    check_time: Callable[[], None],
) -> None:
    """Process the files before and after, and compare the rows of all others.

    Raises:
        NotErasableError: a row is lost, or has another value.
    """
    first, second = (_process(source, file, folder / f"{file.name}-processed", check_time) for file in files)
    if isinstance(first, RejectedFileError):
        return
    if isinstance(second, RejectedFileError):
        if first.balance.read == eraser.found.own:
            return  # nothing is left
        raise _changed(f"it would be rejected: {second.reason}")
    if second.balance.read != first.balance.read - eraser.found.own:
        raise _changed("the number of rows")
    if first.keys.kind != second.keys.kind:
        raise _changed("another kind of file")
    _compare(first.dataset, second.dataset, eraser.customer)


def _process(
    source: SourceObject, path: Path, folder: Path, check_time: Callable[[], None]
) -> Outcome | RejectedFileError:
    folder.mkdir()
    try:
        return process(source, path, folder, version="erase", tier=TIERS["large"], check_time=check_time)
    except RejectedFileError as error:
        return error


def _compare(before: Path, after: Path, customer: Customer) -> None:
    """Compare column by column, as one of them fits in memory."""
    names = pq.read_schema(before).names
    guests = _read(before, "customer_name") if "customer_name" in names else _no_names(before)
    others = _is_other(guests, customer)
    for name in names:
        if name not in _NOT_COMPARED:
            first, second = _read(before, name).filter(others), _read(after, name)
            if not _is_unchanged(first, second, guests.filter(others), customer):
                raise _changed(name)


def _read(path: Path, name: str) -> pa.ChunkedArray:
    return pq.read_table(path, columns=[name])[name]


def _no_names(path: Path) -> pa.ChunkedArray:
    return pa.chunked_array([pa.nulls(pq.read_metadata(path).num_rows, pa.string())])


def _is_other(guests: pa.ChunkedArray, customer: Customer) -> pa.ChunkedArray:
    """Return the mask of the rows of other customers."""
    own = [name for name in guests.unique().drop_null().to_pylist() if customer.is_own(name)]
    return pc.invert(pc.is_in(guests, pa.array(own, pa.string())))


def _is_unchanged(
    before: pa.ChunkedArray, after: pa.ChunkedArray, guests: pa.ChunkedArray, customer: Customer
) -> bool:
    """Return whether two columns are equal, except that the name is masked in the second."""
    if before.equals(after):
        return True
    if len(before) != len(after) or not pa.types.is_string(before.type):
        return False
    differ = pc.fill_null(pc.not_equal(before, after), True)
    columns = (column.filter(differ).to_pylist() for column in (before, after, guests))
    return all(
        first == second or (first and customer.mask(first, [guest] if guest else ()) == second)
        for first, second, guest in zip(*columns, strict=True)
    )


def _changed(what: str) -> NotErasableError:
    return NotErasableError(_STATE_THE_FORMAT.format(what))
