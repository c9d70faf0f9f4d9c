"""Detects whether a line is a complete row, and reads lines whose quotes break the rules of CSV."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from tastetrend_etl.limits import MAX_CHECKED_LINE
from tastetrend_etl.models import Dialect
from tastetrend_etl.parse.line_buffer import RawRecord, unwrapped_fields
from tastetrend_etl.schema import NULL_VALUES

KINDS = {
    "number": re.compile(r"[\s$€£]*[+-]?[\d.,]+\s*%?"),
    "date": re.compile(r".*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*"),
}
_TYPED_SHARE, _MIN_TYPED = 0.8, 2  # of the sampled cells of a column of numbers or dates, and how many
_MAX_TYPED_LENGTH = 32  # characters of a cell with a number or a date


@dataclass(frozen=True)
class RowShape:
    """What every row of a file has in common.

    Attributes:
        delimiter: the character between fields.
        quote: the character around fields.
        width: the number of columns.
        kinds: for each column `number`, `date` or nothing; empty if that is not known.
        text_column: the position of the column whose texts have unquoted delimiters; None if none has.
    """

    delimiter: str
    quote: str
    width: int
    kinds: tuple[str, ...] = ()
    text_column: int | None = None

    @cached_property
    def _cell(self) -> re.Pattern[str]:
        """Match a cell: group 1 is the content of a quoted one, group 2 any other, its quotes in pairs."""
        d, q = re.escape(self.delimiter), re.escape(self.quote)
        quoted, pair = f"{q}((?:[^{q}]++|{q}{q})*+){q}", f"{q}[^{q}]*+{q}"
        return re.compile(rf"(?:{quoted}|({pair}(?:[^{q}{d}]++|{pair})*+|[^{q}{d}][^{d}]*+|))(?={d}|\Z)")

    @cached_property
    def _careful(self) -> re.Pattern[str]:
        d, q = re.escape(self.delimiter), re.escape(self.quote)
        return re.compile(
            rf"(?:^|{d}){q}[^{q}{d}\r\n]+{q}(?:{d}|[\r\n]|\Z)|[^{d}{q}\r\n]{q}{q}[^{d}{q}\r\n]", re.MULTILINE
        )

    def swallows_rows(self, lines: Sequence[str], *, ragged: bool = False) -> bool:
        """Return whether the lines of one record are rather rows of their own, behind an unclosed quote.

        They are if every line is a complete row; if the record is not as wide as the header, or is valid only
        after a repair (`ragged`), one complete row behind its first line is enough. A quote that is doubled,
        or not needed, shows that whoever wrote the record quotes with care.
        """
        if not any(self.kinds):
            return False
        later = [line for line in lines[1:] if line.strip()]
        if ragged:
            return any(map(self.is_row, later))
        all_rows = bool(later) and all(map(self.is_row, [*later, lines[0]]))
        return all_rows and not self._careful.search("".join(lines))

    def is_row(self, line: str) -> bool:
        """Return whether a line has a cell for each column, and numbers and dates where its file has them."""
        if line.count(self.delimiter) < self.width - 1:  # nearly always, and the fastest to tell
            return False
        cells, _ = self.cells(line)
        return len(cells) == self.width and self._has_kinds(cells)

    def _has_kinds(self, cells: Sequence[str]) -> bool:
        pairs = zip(self.kinds, cells, strict=True)
        typed = [_is_of_kind(cell, kind) for kind, cell in pairs if kind and _has_value(cell)]
        return bool(typed) and all(typed)

    def pieces(self, line: str) -> list[str]:
        """Return the parts of a line that is too long and has no quoted cell; none of any other."""
        pieces = line.rstrip("\r\n").split(self.delimiter)
        is_quoted = any(piece.startswith(self.quote) for piece in pieces)
        return [] if is_quoted or not any(pieces[self.width :]) else pieces

    def joined(self, line: str) -> list[str]:
        """Return the cells of a line whose text has unquoted delimiters; none if its kinds do not fit."""
        start, pieces = self.text_column, self.pieces(line)
        if start is None or not pieces:
            return []
        end = len(pieces) - self.width + start + 1
        cells = [*pieces[:start], self.delimiter.join(pieces[start:end]), *pieces[end:]]
        return cells if not self.kinds or self._has_kinds(cells) else []

    def cells(self, line: str) -> tuple[list[str], bool]:
        """Return the cells of a line, and whether all their quotes are closed.

        A quote that is not closed is a character like any other. So are the quotes of a cell of which only a
        part is in quotes: `"Great" is the word`. A line that is too long has no cells.
        """
        text, cells, position = line.rstrip("\r\n"), list[str](), 0
        if len(text) > MAX_CHECKED_LINE:
            return [], False
        while match := self._cell.match(text, position):
            quoted, other = match.groups()
            cells.append(self._without_outer_quotes(other) if quoted is None else self._single(quoted))
            position = match.end() + 1
            if position > len(text):
                return cells, True
        return [*cells, *text[position:].split(self.delimiter)], False

    def _single(self, quoted: str) -> str:
        return quoted.replace(self.quote * 2, self.quote)

    def _without_outer_quotes(self, cell: str) -> str:
        """Return a cell without the quotes around all of it: `"she said "wow", twice"`.

        The first quote within it shows whether the outer ones belong together: unless it follows a space or a
        number, it closes the first one.
        """
        if len(cell) > 1 and cell[0] == cell[-1] == self.quote:
            before = cell[cell.find(self.quote, 1) - 1]
            if before.isspace() or before.isdigit():
                return cell[1:-1]
        return cell

    def verbatim(self, line: str) -> list[str]:
        """Return the cells of a line with quotes at places where CSV does not allow them; none if unsure."""
        cells, closed = self.cells(line)
        return cells if closed and len(cells) == self.width else []

    def unwrapped(self, record: str) -> list[str]:
        """Return the fields of a record that is quoted as a whole, as spreadsheets do; none if it is not."""
        fields = unwrapped_fields(record, self.delimiter) if self.width > 1 else []
        return fields if len(fields) == self.width else []

    def corrected(self, record: RawRecord, *, repaired: bool) -> RawRecord:
        """Return a record that is too narrow, too wide or repaired, in a better reading if there is one."""
        fields = self.unwrapped(record.raw)
        kept = (2 * self.quote, f"{self.delimiter} {self.quote}")  # doubled, or after a space
        if repaired and not (
            len(record.fields) == self.width and any(quotes in record.raw for quotes in kept)
        ):
            fields = fields or self.verbatim(record.raw)
        if not fields and (joined := self.joined(record.raw)):
            return RawRecord(joined, record.raw, is_joined=True)
        return RawRecord(fields, record.raw) if fields else record


def row_shape(dialect: Dialect) -> RowShape:
    """Return the shape of a file's rows."""
    return RowShape(dialect.delimiter, dialect.quote, len(dialect.header), dialect.kinds, dialect.text_column)


def find_column_kinds(lines: Iterable[str], shape: RowShape) -> tuple[str, ...]:
    """Return for each column whether a sample of lines shows that it holds numbers or dates."""
    cells = (shape.unwrapped(line) or shape.joined(line) or shape.cells(line)[0] for line in lines)
    rows = [row for row in cells if len(row) == shape.width]
    return tuple(_common_kind(list(filter(_has_value, column))) for column in zip(*rows, strict=True))


def find_text_column(lines: Sequence[str], shape: RowShape) -> int | None:
    """Return the position of the one column whose texts have unquoted delimiters; None if unsure.

    The spaces behind them show which it is, as in `4,Good, but loud,Leeds`. A file with quotes around other
    delimiters has none: its rows that are too long are broken.
    """
    if any(shape.delimiter in cell for line in lines for cell in shape.cells(line)[0]):
        return None
    columns = Counter[int]()
    for pieces in map(shape.pieces, lines):
        continued = [index for index, piece in enumerate(pieces) if piece.startswith(" ")]
        if continued and continued == list(range(continued[0], len(pieces) - shape.width + continued[0])):
            columns[continued[0] - 1] += 1
    ((column, count),) = columns.most_common(1) or [(-1, 0)]
    return column if column >= 0 and count == columns.total() >= _MIN_TYPED else None


def _common_kind(cells: Sequence[str]) -> str:
    counts = Counter(kind for cell in cells for kind in KINDS if _is_of_kind(cell, kind))
    ((kind, count),) = counts.most_common(1) or [("", 0)]
    return kind if count >= max(_MIN_TYPED, _TYPED_SHARE * len(cells)) else ""


def _has_value(cell: str) -> bool:
    return cell.strip().lower() not in NULL_VALUES


def _is_of_kind(cell: str, kind: str) -> bool:
    """Return whether a cell is a number or a date, without spaces around it."""
    is_short = len(cell) <= _MAX_TYPED_LENGTH and cell == cell.strip()
    return is_short and KINDS[kind].fullmatch(cell) is not None
