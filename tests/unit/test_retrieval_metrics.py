"""The measures of retrieval are those that the README of the questions defines."""

import re
from math import log2
from pathlib import Path

import pytest

from benchmarks.quality_report import Outcome, least_score, render
from benchmarks.retrieval_metrics import precision
from ops.answer import LOCAL_MODEL, MIN_SCORES
from tastetrend_gate.retrieval_metrics import ndcg, recall

GRADES = {"a": 2, "b": 2, "c": 1}
MANY = dict.fromkeys("abcdefgh", 2)
RESULTS = Path(__file__).parents[2] / "samples" / "retrieval" / "RESULTS.md"


@pytest.mark.parametrize(
    ("ranking", "grades", "expected"),
    [
        ("abc", GRADES, 1),
        ("caxxxx", GRADES, 1 / 2),
        ("xxxxxxab", GRADES, 0),
        ("abcxxx", MANY, 3 / 6),
        ("abcdef", MANY, 1),
        ("", GRADES, 0),
    ],
)
def test_recall_counts_answers_among_the_first_six_of_at_most_six(ranking, grades, expected):
    assert recall(ranking, grades) == expected


def test_ndcg_is_one_in_the_best_order_and_less_in_another():
    best = 2 / log2(2) + 2 / log2(3) + 1 / log2(4)

    assert ndcg("abcxyz", GRADES) == 1
    assert ndcg("cabxyz", GRADES) == pytest.approx((1 / log2(2) + 2 / log2(3) + 2 / log2(4)) / best)
    assert ndcg("xyzuvwabc", GRADES) == 0
    assert ndcg("abcdef", MANY) == 1


def test_precision_counts_either_grade():
    assert precision("caxxxxb", GRADES) == 2 / 6
    assert precision("c", GRADES) == 1 / 6


def outcome(recall, *, polarity="any", top_score=0.5):
    return Outcome("question", polarity, top_score, recall, recall / 2, recall / 4)


@pytest.fixture
def outcomes():
    """Return three questions with answers and one without, by two searches."""
    first = [outcome(0.9, polarity=each) for each in ("positive", "negative", "any")]
    second = [outcome(0.5, polarity=each) for each in ("positive", "negative", "any")]
    nothing = Outcome("nothing", "any", 0.25)
    return {"first": [*first, nothing], "second": [*second, nothing]}


def test_the_page_has_the_means_and_the_goals(outcomes):
    page = render(outcomes, 4_301)

    assert "over 4,301 unique sentences" in page
    assert "| recall@6 | 3 | 0.90 | 0.50 |" in page
    assert "| nDCG@6 | 3 | 0.45 | 0.25 |" in page
    assert "| precision@6, negative | 1 | 0.23 | 0.12 |" in page
    assert "| recall@6 | 0.90 | ≥ 0.70 | yes |" in page
    assert "| recall@6 ÷ that of BM25 | 1.80 | ≥ 1.50 | yes |" in page
    assert "| first | 1 without | 0.25 | 0.25 | 0.25 |" in page


def test_a_goal_that_is_missed_is_told(outcomes):
    outcomes["first"] = [outcome(0.6, polarity=each) for each in ("positive", "negative", "any")]

    page = render(outcomes | {"first": [*outcomes["first"], Outcome("nothing", "any", 0.25)]}, 1)

    assert "| recall@6 | 0.60 | ≥ 0.70 | no |" in page
    assert "| recall@6 ÷ that of BM25 | 1.20 | ≥ 1.50 | no |" in page


@pytest.mark.parametrize(("count", "refused"), [(3, 0), (19, 0), (20, 1), (43, 2), (60, 3)])
def test_the_least_score_refuses_at_most_one_in_twenty_questions_with_an_answer(count, refused):
    scores = [0.3056 + number / 100 for number in range(count)]
    answered = [outcome(1, top_score=score) for score in reversed(scores)]

    least = least_score([*answered, Outcome("nothing", "any", 0.01)])

    assert sum(score < least for score in scores) == refused
    assert least == round(0.30 + refused / 100, 2)


def test_the_page_tells_how_many_questions_the_least_score_refuses(outcomes):
    assert "| 0.50 | 0 | 1 |" in render(outcomes, 1)


def test_questions_are_answered_from_the_score_that_was_measured():
    page = RESULTS.read_text(encoding="utf-8")
    (measured,) = re.findall(r"^\| least score .*\n.*\n\| ([\d.]+) \|", page, re.MULTILINE)

    assert MIN_SCORES[LOCAL_MODEL] == float(measured)
