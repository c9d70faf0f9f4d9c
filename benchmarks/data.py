"""Makes the review files that all contenders read, once for each source and size."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from samples.large import Counts, write_reviews
from samples.sources import SOURCES

SOURCES_USED = ("downtown", "eastside", "uptown")
SEED = 1


@dataclass(frozen=True)
class ReviewFile:
    """A generated file and what must become of its rows."""

    source: str
    path: Path
    counts: Counts

    @property
    def day_first(self) -> bool:
        """Say how its ambiguous dates are meant."""
        return SOURCES[self.source].date_order == "day_first"


def review_file(folder: Path, source: str, rows: int) -> ReviewFile:
    """Return the file, made unless it lies in the folder already."""
    path = folder / f"{source}-{rows}.csv"
    facts = path.with_suffix(".json")
    if not facts.exists():
        folder.mkdir(parents=True, exist_ok=True)
        facts.write_text(json.dumps(asdict(write_reviews(path, source, rows, SEED))))
    return ReviewFile(source, path, Counts(**json.loads(facts.read_text())))
