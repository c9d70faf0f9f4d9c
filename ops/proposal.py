"""Shows what is proposed for a file, with the evidence: no values of columns with names or texts."""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ops.file_profile import Profile, parseable
from tastetrend_etl.transform.categories import CATEGORIES

_SAMPLES, _MAX_SAMPLE = 3, 20  # values shown of a column, and their characters


def show_profile(profile: Profile, console: Console) -> None:
    """Print the columns with their evidence, the formats, and what is left to decide."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for title in ("column", "field", "why", "rows", "values"):
        table.add_column(title, justify="right" if title == "rows" else "left")
    for column in _columns(profile):
        cells = ("column", "field", "why", "rows")
        table.add_row(*(Text(str(column[cell])) for cell in cells), Text(", ".join(column["values"])))
    console.print(table, soft_wrap=False)
    for line in (*_formats(profile), *_undecided(profile)):
        console.print(line)


def to_data(profile: Profile) -> dict[str, Any]:
    """Return the same for `--json`."""
    source = profile.source
    return {
        "source": source.name,
        "columns": _columns(profile),
        "formats": _formats(profile),
        "undecided": _undecided(profile),
    }


def _columns(profile: Profile) -> list[dict[str, Any]]:
    fields = {raw: field for field, raw in profile.source.columns.items()}
    return [
        {
            "column": raw.strip(),
            "field": fields.get(raw, "extra"),
            "why": profile.reasons.get(fields.get(raw, ""), ""),
            "rows": sum(map(bool, cells)),
            "values": _samples(fields.get(raw, ""), cells),
        }
        for raw, cells in profile.cells.items()
    ]


def _samples(field: str, cells: Sequence[str]) -> list[str]:
    """Return some values of a column of dates, numbers or categories that can be nothing else."""
    values = list(dict.fromkeys(cell for cell in cells if cell and len(cell) <= _MAX_SAMPLE))
    if field in CATEGORIES:
        _, table, normalize = CATEGORIES[field]
        known = [normalize(value.lower()) in table for value in values]
    else:
        known = parseable(field, values) or []
    return list(islice((value for value, is_known in zip(values, known, strict=False) if is_known), _SAMPLES))


def _formats(profile: Profile) -> list[str]:
    source, dialect = profile.source, profile.dialect
    delimiter = dialect.sequence or dialect.delimiter
    file = f"{profile.encoding.encoding}, {dialect.format}"
    file += f" by {delimiter!r}" if dialect.format == "delimited" else ""
    inferred = "inferred for each file"
    formats = {
        "date order": source.date_order or inferred,
        "rating scale": source.rating_scale or inferred,
        "decimal mark": source.decimal_mark or inferred,
        "null words": ", ".join(source.null_words) or "none but the known ones",
    }
    return [f"file: {file}", "; ".join(f"{name}: {value}" for name, value in formats.items())]


def _undecided(profile: Profile) -> list[str]:
    columns = [
        f"{field} may be {' or '.join(raws)}; choose with --column {field}=NAME --force"
        for field, raws in profile.undecided.items()
    ]
    words = [
        f"{field}: {word} ({rows} rows) is in no category; map it with "
        f"--category {field}:{word}=CATEGORY --force"
        for field, counts in profile.unmapped.items()
        for word, rows in counts.items()
    ]
    return columns + words
