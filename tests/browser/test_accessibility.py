"""axe-core finds nothing on any page; under jsdom, which knows no colours and sizes."""

import pytest

from tests.browser.review_files import FILES


@pytest.fixture(scope="module")
def violations(pages, run_node):
    """Return name of the page → its violations."""
    return run_node("check_in_jsdom.js", *pages)


def test_every_kind_of_page_is_checked(violations):
    assert {"gate_passed", "gate_failed", "ask", "index", *FILES} <= violations.keys()


def test_no_page_has_a_violation(violations):
    assert {page: each for page, each in violations.items() if each and page != "faulty"} == {}


def test_a_faulty_page_has_one(violations):
    assert [each.partition(" ")[0] for each in violations["faulty"]] == ["image-alt"]
