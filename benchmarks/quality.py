"""Measures retrieval over the samples' questions: `python -m benchmarks.quality`, or `make quality`."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet as pq
from rich.console import Console
from rich.markdown import Markdown
from rich.progress import track

from benchmarks.quality_report import Outcome, render
from benchmarks.retrieval_metrics import precision
from benchmarks.searches import Meaning, Search, Words
from ops.process import process_files
from tastetrend_embed.mask import mask
from tastetrend_embed.sentences import split_sentences
from tastetrend_gate.retrieval_metrics import ndcg, recall

SAMPLES = Path(__file__).parents[1] / "samples"
FOLDER = SAMPLES / "retrieval"
SEARCHES: Mapping[str, Callable[[Sequence[str]], Search]] = {"MiniLM int8": Meaning, "BM25": Words}
Originals = Mapping[str, set[str]]


def measure() -> None:
    """Measure all searches and write samples/retrieval/RESULTS.md."""
    questions = json.loads((FOLDER / "questions.json").read_text(encoding="utf-8"))
    originals = masked_sentences()
    outcomes = {}
    for name, make_search in SEARCHES.items():
        search = make_search(sorted(originals))
        outcomes[name] = [evaluate(question, search, originals) for question in track(questions, name)]
    page = render(outcomes, len(originals))
    (FOLDER / "RESULTS.md").write_text(page, encoding="utf-8")
    Console().print(Markdown(page))


def masked_sentences() -> Originals:
    """Return the masked sentences of the samples, as they are embedded, with the texts they come from."""
    with TemporaryDirectory(prefix="quality-") as folder:
        process_files(sorted(SAMPLES.glob("*_reviews.*")), Path(folder), Console(quiet=True))
        datasets = sorted(Path(folder).glob("processed/processed_*.parquet"))
        table = pq.read_table(datasets, columns=["review_text", "customer_name"])
    originals: dict[str, set[str]] = defaultdict(set)
    for text, name in zip(*(column.to_pylist() for column in table.columns), strict=True):
        for masked, sentence in _pairs(text or "", name):
            originals[masked].add(sentence)
    return originals


def _pairs(text: str, name: str | None) -> Iterable[tuple[str, str]]:
    """Return each masked sentence with its original, or with itself where the mask changes their number."""
    masked, sentences = split_sentences(mask(text, name)), split_sentences(text)
    return zip(masked, sentences if len(masked) == len(sentences) else masked, strict=True)


def evaluate(question: dict[str, Any], search: Search, originals: Originals) -> Outcome:
    """Ask one question, and measure the answer if the question has one."""
    hits = search.rank(question["question"])
    top_score = hits[0][1] if hits else 0.0
    labels = {label["sentence"]: label["grade"] for label in question["relevant"]}
    grades = {
        masked: max(labels[text] for text in texts & labels.keys())
        for masked, texts in originals.items()
        if texts & labels.keys()
    }
    ranking = [sentence for sentence, _ in hits]
    measures = [each(ranking, grades) for each in (recall, ndcg, precision)] if grades else []
    return Outcome(question["id"], question["polarity"], top_score, *measures)


if __name__ == "__main__":
    measure()
