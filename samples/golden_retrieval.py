"""Generates the golden reviews and questions with which the quality gate measures retrieval."""

import argparse
import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from samples.golden import GOLDEN, SEED

QUESTIONS = Path(__file__).parent / "retrieval" / "questions.json"
FILE = "retrieval.json"
_ANSWER = 2  # the grade
_ANSWERS, _TOUCHING = 6, 3  # of each question: answers, and sentences that only touch it
_REVIEW = 3  # sentences
_SIGNED_EVERY = 8  # reviews
# Invented names, an address of a reserved domain, and numbers that are set aside for fiction.
_SIGNATURES = (
    ("Ottoline Quastenberg", "Ottoline Quastenberg, ottoline@example.org."),
    ("Bartolo Venzmer", "Ask for Bartolo or call +44 20 7946 0123."),
    ("李晓梅", "我是李晓梅。"),
)

Question = Mapping[str, Any]


def generate(out: Path = GOLDEN) -> None:
    """Write the file into a folder; its bytes are always the same.

    The questions are those with at least six answers: each then has as many as results are looked at. The
    sentences are some of those with a label; those that other questions have labels for are there to be
    mistaken for answers. As every sentence of the samples was read for every question, no label is missing.
    """
    everything = json.loads(QUESTIONS.read_text(encoding="utf-8"))
    questions = [each for each in everything if len(_graded(each, _ANSWER)) >= _ANSWERS]
    rng = random.Random(SEED)  # noqa: S311 # nosec B311 # synthetic data
    sentences = list(dict.fromkeys(_draw_sentences(rng, everything, questions)))
    rng.shuffle(sentences)
    content = {
        "reviews": list(_reviews(sentences)),
        "questions": [_question(each, set(sentences)) for each in questions],
    }
    (out / FILE).write_text(_as_json(content), encoding="utf-8", newline="\n")


def _graded(question: Question, grade: int) -> list[str]:
    return [each["sentence"] for each in question["relevant"] if each["grade"] == grade]


def _draw_sentences(
    rng: random.Random, everything: Iterable[Question], questions: Sequence[Question]
) -> Iterator[str]:
    for question in everything:
        for grade, count in ((_ANSWER, _ANSWERS), (1, _TOUCHING)):
            candidates = _graded(question, grade)
            wanted = count if question in questions else _TOUCHING
            yield from rng.sample(candidates, min(wanted, len(candidates)))


def _reviews(sentences: Sequence[str]) -> Iterator[dict[str, str | None]]:
    """Yield reviews of some sentences each; some are signed, so that the mask has something to do."""
    for number, start in enumerate(range(0, len(sentences), _REVIEW)):
        name, signature = _SIGNATURES[number // _SIGNED_EVERY % len(_SIGNATURES)]
        signed = number % _SIGNED_EVERY == 0
        parts = [*sentences[start : start + _REVIEW], *([signature] if signed else [])]
        yield {"customer_name": name if signed else None, "review_text": "".join(map(_spaced, parts)).strip()}


def _spaced(sentence: str) -> str:
    """Return a sentence with what makes the next one another."""
    return sentence + (" " if sentence.endswith((".", "!", "?", "…")) else "\n")


def _question(question: Question, sentences: set[str]) -> dict[str, Any]:
    grades = {
        each["sentence"]: each["grade"] for each in question["relevant"] if each["sentence"] in sentences
    }
    return {"question": question["question"], "grades": grades}


def _as_json(content: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """Return JSON with a line for each review and question, for readable diffs."""
    blocks = (
        f"{json.dumps(name)}: [\n"
        + ",\n".join(json.dumps(each, ensure_ascii=False) for each in items)
        + "\n]"
        for name, items in content.items()
    )
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m samples.golden_retrieval", description=__doc__)
    parser.add_argument("--out", type=Path, default=GOLDEN, help="folder to write into (default: the gate's)")
    generate(parser.parse_args(arguments).out)


if __name__ == "__main__":
    main()
