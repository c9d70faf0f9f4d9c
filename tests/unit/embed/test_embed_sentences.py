"""Texts are split into sentences without loss."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastetrend_embed.sentences import split_sentences

TEXTS = st.text(
    st.sampled_from("aB1 .!?\u2026\u3002\uff01\uff1f\r\n\u2028\t,") | st.characters(codec="utf-8")
)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Good food. Slow service!", ["Good food.", "Slow service!"]),
        ("Really? Yes\u2026 fine", ["Really?", "Yes\u2026", "fine"]),
        ("4.5 stars, at example.org", ["4.5 stars, at example.org"]),
        ("first line\r\nsecond line\n\n", ["first line", "second line"]),
        ("\u597d\u5403\u3002\u670d\u52a1\u6162\uff01", ["\u597d\u5403\u3002", "\u670d\u52a1\u6162\uff01"]),
        ("Wow!!! Great", ["Wow!!!", "Great"]),
        (" \n ", []),
    ],
    ids=["stops", "other ends", "stops inside words", "lines", "Chinese", "several signs", "white space"],
)
def test_a_sentence_ends_at_its_last_sign_or_its_line(text, sentences):
    assert split_sentences(text) == sentences


@given(TEXTS)
def test_only_white_space_is_lost(text):
    assert "".join("".join(split_sentences(text)).split()) == "".join(text.split())


@given(TEXTS)
def test_a_sentence_is_not_split_again(text):
    assert [split_sentences(sentence) for sentence in split_sentences(text)] == [
        [sentence] for sentence in split_sentences(text)
    ]
