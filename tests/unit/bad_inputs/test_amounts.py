"""The decimal mark of amounts is that of their file."""

import pytest

from tastetrend_etl.parse.raw_file import RawFile
from tests.unit.bad_inputs.reviews import HEADER, file_of, review

MONEY = (*HEADER, "total_spent", "tip_amount", "tip_percentage")
COMMA, POINT = {"1.200": 1200.0, "1,200": 1.2}, {"1.200": 1.2, "1,200": 1200.0}


def spent(send, amounts, **cells):
    rows = [review(number, total_spent=amount, **cells) for number, amount in enumerate(amounts, 1)]
    return send(file_of(rows, header=MONEY)).column("total_spent")


@pytest.mark.parametrize(
    ("proof", "expected"),
    [
        ("27,03", COMMA), ("1.299,99", COMMA), ("R$ 45,9", COMMA), ("1.234.567", COMMA), ("12,5 €", COMMA),
        ("27.03", POINT), ("1,299.99", POINT), ("$45.9", POINT), ("1,234,567", POINT), ("1'234.50", POINT),
        ("12", POINT), ("free", POINT), ("Rs.12", POINT),
    ],
)  # fmt: skip
def test_R39_the_amounts_of_a_file_decide_its_decimal_mark(proof, expected, send):
    assert spent(send, [*expected, proof])[:2] == [*expected.values()]


@pytest.mark.parametrize(("commas", "amount"), [(2, 1200.0), (1, 1.2)])
def test_R39_the_mark_that_more_amounts_prove_counts(commas, amount, send):
    assert spent(send, ["1.200", "9.50", *["9,50"] * commas])[0] == amount


def test_R39_the_tips_of_a_file_are_evidence_too(send):
    assert spent(send, ["1.200", "12"], tip_amount="1,50") == [1200.0, 12.0]


def test_R39_a_file_whose_mark_shows_late_is_read_again(send):
    amounts = ["1.200", *["12.50"] * 1_000, *["12,50"] * 1_001]

    assert spent(send, amounts) == [1200.0, *[12.5] * 2_001]


def test_R39_a_file_is_not_read_again_for_a_mark_that_no_amount_depends_on(send, monkeypatch):
    passes = []
    batches = RawFile.batches
    monkeypatch.setattr(RawFile, "batches", lambda raw: passes.append(raw) or batches(raw))

    assert spent(send, [*["12.50"] * 1_000, *["12,50"] * 1_001]) == [12.5] * 2_001
    assert len(passes) == 1


def test_R40_a_percentage_has_no_thousands(send):
    rows = [review(1, total_spent="27,03", tip_percentage="15.385"), review(2, tip_percentage="12,345")]

    percentages = send(file_of(rows, header=MONEY)).column("tip_percentage")

    assert percentages == [15.385, 12.345]
