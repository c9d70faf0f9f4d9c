"""The index of the documentation lists every page, and the README shows the picture that there is."""

import re

from tests.docs.pages import PROJECT

DOCS = PROJECT / "docs"
PICTURE = "docs/images/report.png"


def links(page):
    return re.findall(r"\]\(([^)#]+)", (PROJECT / page).read_text(encoding="utf-8"))


def test_the_index_lists_every_page_once():
    pages = {path.name for path in DOCS.glob("*.md")} - {"README.md"}

    listed = [link for link in links("docs/README.md") if "/" not in link]

    assert sorted(listed) == sorted(pages)


def test_every_link_of_the_index_leads_somewhere():
    assert [link for link in links("docs/README.md") if not (DOCS / link).exists()] == []


def test_the_readme_leads_to_the_index():
    assert "docs/README.md" in links("README.md")


def test_the_readme_shows_the_picture_of_a_page_once_there_is_one():
    assert (PICTURE in links("README.md")) == (PROJECT / PICTURE).exists()


def test_the_first_screen_of_the_readme_reaches_a_result():
    first = (PROJECT / "README.md").read_text(encoding="utf-8").splitlines()[:40]

    assert "    make demo" in first
    assert any(line.startswith("     tastetrend_uptown_reviews.csv ") for line in first)
