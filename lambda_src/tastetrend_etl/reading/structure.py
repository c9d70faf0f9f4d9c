"""Says whether every quote in a file stands where RFC 4180 puts it, so that Arrow's reader can be trusted."""

from pathlib import Path

import numpy as np

from tastetrend_etl.reading.staged import CHUNK
from tastetrend_etl.records import Dialect

_QUOTE = ord('"')


def is_regular(path: Path, dialect: Dialect) -> bool:
    """Return False when a quote in the data rows is stray or never closed.

    In a regular file the quotes alternate: an opening one has a border (delimiter, line end, start of the
    file) or the other half of a doubled quote before it, a closing one has such a border or half behind it.
    """
    border = np.zeros(256, dtype=bool)
    border[[ord(dialect.delimiter), ord("\n"), ord("\r"), _QUOTE]] = True
    inside = pending = False
    before = ord("\n")
    with path.open("rb", buffering=0) as file:
        file.seek(dialect.start)
        while chunk := file.read(CHUNK):
            data = np.frombuffer(chunk, np.uint8)
            if pending and not border[data[0]]:
                return False
            quotes = np.flatnonzero(data == _QUOTE)
            opening, closing = quotes[inside::2], quotes[not inside :: 2]
            previous = np.where(opening > 0, data[opening - 1], before)
            pending = bool(len(closing)) and int(closing[-1]) == len(data) - 1
            following = data[(closing[:-1] if pending else closing) + 1]
            if not (border[previous].all() and border[following].all()):
                return False
            inside ^= bool(len(quotes) % 2)
            before = int(data[-1])
    return not inside
