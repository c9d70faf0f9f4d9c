"""The questions for measuring retrieval are well formed, and their sentences are in the processed samples."""

import json
import re
from collections import Counter
from itertools import chain
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from rich.console import Console

from ops.process import process_files
from tastetrend_embed.sentences import split_sentences

SAMPLES = Path(__file__).parents[2] / "samples"
FOLDER = SAMPLES / "retrieval"
QUESTIONS = json.loads((FOLDER / "questions.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def reviews(tmp_path_factory):
    """Return the texts and the customers' names of all processed samples."""
    out = tmp_path_factory.mktemp("processed")
    process_files(sorted(SAMPLES.glob("*_reviews.*")), out, Console(quiet=True))
    datasets = sorted(out.glob("processed/processed_*.parquet"))
    return pq.read_table(datasets, columns=["review_text", "customer_name"])


@pytest.fixture(scope="module")
def sentences(reviews):
    texts = reviews["review_text"].drop_null().to_pylist()
    return set(chain.from_iterable(map(split_sentences, texts)))


def labelled(question):
    return [label["sentence"] for label in question["relevant"]]


def grades(question):
    return Counter(label["grade"] for label in question["relevant"])


def test_there_are_fifty_questions_with_different_ids_and_wordings():
    assert len({question["id"] for question in QUESTIONS}) == len(QUESTIONS) == 50
    assert len({question["question"] for question in QUESTIONS}) == 50


def test_questions_have_a_known_polarity_and_labels_a_known_grade():
    assert {question["polarity"] for question in QUESTIONS} == {"positive", "negative", "any"}
    assert set(sum(map(grades, QUESTIONS), Counter())) == {1, 2}


def test_a_question_has_no_label_or_a_sentence_that_answers_it():
    without = [question["id"] for question in QUESTIONS if not question["relevant"]]
    unanswered = [question["id"] for question in QUESTIONS if not grades(question)[2]]

    assert unanswered == without
    assert len(without) >= 5


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["id"])
def test_every_labelled_sentence_is_in_the_processed_samples(question, sentences):
    assert [sentence for sentence in labelled(question) if sentence not in sentences] == []


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["id"])
def test_no_sentence_has_two_labels_in_a_question(question):
    assert [sentence for sentence, count in Counter(labelled(question)).items() if count > 1] == []


def test_no_question_contains_a_part_of_a_customers_name(reviews):
    names = set(chain.from_iterable(map(words, reviews["customer_name"].drop_null().to_pylist())))

    assert len(names) > 100
    assert [question["id"] for question in QUESTIONS if words(question["question"]) & names] == []


def words(text):
    return set(re.findall(r"\w+", text))


def test_the_counts_in_the_readme_are_those_of_the_set(sentences):
    labels = sum(map(grades, QUESTIONS), Counter())
    unique = set(chain.from_iterable(map(labelled, QUESTIONS)))
    readme = " ".join((FOLDER / "README.md").read_text(encoding="utf-8").split())

    assert f"{len(sentences):,} unique sentences" in readme
    assert f"{len(unique)} have a label" in readme
    assert f"{labels.total():,} labels, {labels[2]} of them of grade 2" in readme
