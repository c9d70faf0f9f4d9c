"""The emulator evaluates the formulas of alarms as CloudWatch documents its metric math."""

import pytest

from local.ministack_metric_math import evaluate

VALUES = {"two": 2.0, "zero": 0.0, "none": None}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("100 * two / 8", 25),
        ("-two + 3 - 0.5", 0.5),
        ("two / zero", None),
        ("two + none", None),
        ("FILL(none, 7) + FILL(two, 7)", 9),
        ("two > 1", 1),
        ("two != 2", 0),
        ("two > none", None),
        ("two > 1 AND zero == 0", 1),
        ("two > 5 OR zero > 0", 0),
        ("two > 1 && zero > 0 || two >= 2", 1),
        ("two > 1 AND none", None),
        ("IF(two > 1, 10, 20)", 10),
        ("IF(zero, 10, 20)", 20),
        ("IF(none, 10, 20)", None),
        ("\n  IF(FILL(none, 0) > two AND zero == 0, 1, 0)\n", 0),
    ],
)
def test_an_expression_has_the_documented_value(expression, value):
    assert evaluate(expression, VALUES) == value


@pytest.mark.parametrize(
    "expression",
    ["SEARCH('a')", "unknown + 1", "two.real", "two ** 2", "IF(two, 1)", "1 < two < 3", "two +", "''"],
)
def test_an_expression_that_the_emulator_does_not_know_is_an_error_that_says_so(expression):
    with pytest.raises(ValueError, match=r"does not evaluate .* add it to local\.ministack_metric_math"):
        evaluate(expression, VALUES)
