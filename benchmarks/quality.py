"""Measures retrieval over the samples' questions: `python -m benchmarks.quality`, or `make quality`.

With `--titan`, texts are embedded by the model of AWS, with the credentials of the environment.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet as pq
from rich.console import Console
from rich.markdown import Markdown
from rich.progress import track

from benchmarks.quality_report import Outcome, render
from benchmarks.retrieval_metrics import precision
from benchmarks.searches import Embed, Meaning, Search, Words, embed_by_titan, embed_locally
from ops.process import process_files
from tastetrend_embed.mask import mask, without_placeholders
from tastetrend_embed.sentences import split_sentences
from tastetrend_gate.retrieval_metrics import ndcg, recall

SAMPLES = Path(__file__).parents[1] / "samples"
FOLDER = SAMPLES / "retrieval"
MODELS: Mapping[str, tuple[str, Embed, str]] = {
    "": ("MiniLM int8", embed_locally, "RESULTS.md"),
    "--titan": ("Titan V2", embed_by_titan, "RESULTS-titan.md"),
}
"""By argument: the name of a model, how it embeds, and the page of its results."""

Originals = Mapping[str, set[str]]


def measure(name: str, embed: Embed, page: str) -> None:
    """Measure a search by meaning and one by words, and write the page."""
    questions = json.loads((FOLDER / "questions.json").read_text(encoding="utf-8"))
    originals = embedded_sentences()
    sentences = sorted(originals)
    searches: dict[str, Search] = {name: Meaning(sentences, embed), "BM25": Words(sentences)}
    outcomes = {
        each: [evaluate(question, search, originals) for question in track(questions, each)]
        for each, search in searches.items()
    }
    text = render(outcomes, len(originals))
    (FOLDER / page).write_text(text, encoding="utf-8")
    Console().print(Markdown(text))


def embedded_sentences() -> Originals:
    """Return the sentences of the samples as they are embedded, with the texts they come from."""
    with TemporaryDirectory(prefix="quality-") as folder:
        process_files(sorted(SAMPLES.glob("*_reviews.*")), Path(folder), Console(quiet=True))
        datasets = sorted(Path(folder).glob("processed/processed_*.parquet"))
        table = pq.read_table(datasets, columns=["review_text", "customer_name"])
    originals: dict[str, set[str]] = defaultdict(set)
    for text, name in zip(*(column.to_pylist() for column in table.columns), strict=True):
        for masked, sentence in _pairs(text or "", name):
            originals[masked].add(sentence)
    originals.pop("", None)
    return originals


def _pairs(text: str, name: str | None) -> Iterable[tuple[str, str]]:
    """Return each sentence as embedded, with its original where the mask does not change their number."""
    masked, sentences = split_sentences(mask(text, name)), split_sentences(text)
    originals = sentences if len(masked) == len(sentences) else masked
    return zip(map(without_placeholders, masked), originals, strict=True)


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
    measure(*MODELS["".join(sys.argv[1:])])
