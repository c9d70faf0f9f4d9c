"""What only a browser shows: contrast, sizes, what a page loads and executes; run by `make browser`."""

import os
import shutil

import pytest

from tests.browser.review_files import FILES
from tests.docs.pages import PROJECT

SCREENSHOTS = PROJECT / "build" / "screenshots"
VIEWS = ("desktop", "dark", "phone", "phone-dark")


@pytest.fixture(scope="session")
def seen(pages, run_node):
    """Return page → view → what Chromium showed; write the screenshots."""
    shutil.rmtree(SCREENSHOTS, ignore_errors=True)
    SCREENSHOTS.mkdir(parents=True)
    return run_node("check_in_chromium.js", os.environ["CHROMIUM"], SCREENSHOTS, *pages)


@pytest.fixture(params=VIEWS)
def view(seen, request):
    """Return page → what one view of it showed, without the faulty page."""
    return {page: views[request.param] for page, views in seen.items() if page != "faulty"}


def test_every_kind_of_page_is_shown(view):
    assert {"gate_passed", "gate_failed", "ask", "index", *FILES} <= view.keys()


@pytest.mark.parametrize("finding", ["violations", "requests", "scripts"])
def test_no_page_violates_a_rule_or_loads_or_executes_anything(view, finding):
    assert {page: found[finding] for page, found in view.items() if found[finding]} == {}


def test_no_page_is_wider_than_the_screen(view):
    assert {page: found["hidden_pixels"] for page, found in view.items() if found["hidden_pixels"]} == {}


@pytest.mark.parametrize("view_name", VIEWS)
def test_every_fault_of_a_faulty_page_is_found(seen, view_name):
    found = seen["faulty"][view_name]

    assert {each.partition(" ")[0] for each in found["violations"]} == {"color-contrast", "image-alt"}
    assert found["requests"] == ["http://attacker.invalid/x.png"]
    assert "executed" in found["scripts"]
    assert found["hidden_pixels"] > 0


def test_there_is_a_picture_of_each_page_and_view(seen):
    pictures = {path.stem for path in SCREENSHOTS.glob("*.png")}

    assert pictures == {f"{page}-{view}" for page in seen for view in (*VIEWS, "print")}
