"""Tells a customer's records from others, and masks the name in those."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tastetrend_erase.customer import Customer
from tastetrend_erase.models import Found, NotErasableError
from tastetrend_etl.models import ColumnMapping, FileEncoding
from tastetrend_etl.parse.line_buffer import RawRecord
from tastetrend_etl.schema import NULL_VALUES

_FIRST_WIDE = "\u0800"  # from here on UTF-8 takes three bytes, which two of a double-byte character never are
_UNMASKABLE = "the name is written in a way that cannot be masked in place; edit the file and upload it again"


@dataclass(frozen=True)
class Eraser:
    """Tells a customer's records from others, and masks the name in those; counts both in `found`."""

    customer: Customer
    columns: ColumnMapping | None
    encoding: FileEncoding
    codec: str
    found: Found = field(default_factory=Found)

    def is_own(self, record: RawRecord) -> bool:
        """Return whether the record is the customer's; of a broken one, any cell may be the name."""
        cells = self._customer_cells(record)
        if cells is None:
            is_own = self.customer.is_cell_of(record.raw) or any(map(self.customer.is_own, record.fields))
        else:
            is_own = self.customer.is_own(next(filter(_has_value, cells), ""))
        self.found.own += is_own
        return is_own

    def longer_names(self, record: RawRecord) -> list[str]:
        """Return the names of a record's customer that only contain the name."""
        names = [cell for cell in self._customer_cells(record) or () if self.customer.is_in(cell)]
        names = [name for name in names if not self.customer.is_own(name)]
        self.found.kept += bool(names)
        return names

    def mask_text(self, text: str, keep: Sequence[str] = ()) -> str:
        """Return a text in which the name is masked.

        Raises:
            NotErasableError: it is still there.
        """
        if not self.customer.is_in(text, keep):
            return text
        masked = self.customer.mask(text, keep)
        if self.customer.is_in(masked, keep):
            raise NotErasableError(_UNMASKABLE)
        self.found.masked += 1
        return masked

    def mask_bytes(self, data: bytes, keep: Sequence[str] = ()) -> bytes:
        """Do the same with bytes; those that cannot be decoded stay.

        Raises:
            NotErasableError: the name is still there, or its line cannot be encoded again.
        """
        codec, errors = self._codec_of(data)
        text = data.decode(codec, errors)
        masked = self.mask_text(text, keep)
        if masked is text:
            return data
        try:
            unchanged = text.encode(codec, errors) == data
            if unchanged:
                return masked.encode(codec, errors)
        except UnicodeEncodeError:
            pass
        raise NotErasableError(_UNMASKABLE)

    def _customer_cells(self, record: RawRecord) -> list[str] | None:
        """Return the cells of the columns of customers, the best first; None of a record that is broken."""
        if self.columns is None:
            return []
        width = len(self.columns.header)
        if record.problem or len(record.fields) < width or any(record.fields[width:]):
            return None
        return [record.fields[place] for place in self.columns.fields.get("customer_name", ())]

    def _codec_of(self, data: bytes) -> tuple[str, str]:
        """Return the codec of a line as the pipeline reads it, and the handler of what cannot be decoded."""
        if self.codec.startswith("utf-16"):
            return self.codec, "surrogatepass"
        if self.encoding.has_utf8_rows and _is_utf8(data, double_byte=self.encoding.double_byte):
            return "utf-8", "surrogateescape"
        return self.codec, "surrogateescape"


def _is_utf8(data: bytes, *, double_byte: bool) -> bool:
    """Return whether a row in a file of another encoding is read as UTF-8."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    return not (double_byte and any("\x7f" < each < _FIRST_WIDE for each in text))


def _has_value(cell: str) -> bool:
    return cell.strip().lower() not in NULL_VALUES
