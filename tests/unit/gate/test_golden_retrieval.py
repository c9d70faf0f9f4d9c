"""The golden reviews and questions are their generator's output, and the present rules fit them."""

import json

import pytest

from samples import golden_retrieval
from samples.golden import GOLDEN
from tastetrend_gate.retrieval import load_golden_set
from tastetrend_gate.retrieval_metrics import ANSWERS, K

SET = load_golden_set("a model")
QUESTIONS = json.loads(golden_retrieval.QUESTIONS.read_text(encoding="utf-8"))


def test_generation_is_deterministic(tmp_path):
    golden_retrieval.generate(tmp_path)

    assert (tmp_path / golden_retrieval.FILE).read_bytes() == (GOLDEN / golden_retrieval.FILE).read_bytes()


def test_the_set_is_small_and_has_about_twenty_questions():
    assert 200 <= len(SET.sentences) <= 400
    assert 18 <= len(SET.questions) <= 25


@pytest.mark.parametrize("question", SET.questions)
def test_a_question_has_an_answer_for_each_result(question):
    assert sum(grade == ANSWERS for grade in SET.questions[question].values()) >= K


def test_each_labelled_sentence_is_embedded_as_it_is():
    """So a rule that splits or masks it differently finds less."""
    labelled = {sentence for grades in SET.questions.values() for sentence in grades}

    assert labelled - set(SET.sentences) == set()


def test_no_name_and_no_contact_is_embedded():
    text = "\n".join([*SET.sentences, *SET.questions])

    assert [part for part in ("Quastenberg", "Bartolo", "晓梅", "@", "7946") if part in text] == []
    assert "[guest]" in text
    assert "[email]" in text
    assert "[phone]" in text


def test_its_sentences_are_labelled_ones_of_the_samples():
    known = {each["sentence"] for question in QUESTIONS for each in question["relevant"]}
    others = set(SET.sentences) - known

    assert all("[" in sentence for sentence in others)  # what is masked
