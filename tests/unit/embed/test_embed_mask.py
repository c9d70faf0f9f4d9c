"""A text no longer has the customer's name, e-mail addresses and phone numbers; other words stay."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tastetrend_embed.mask import mask, without_placeholders

PLACEHOLDER = re.compile(r"\[(?:email|phone|guest)\]")
LETTERS = "abcdefgh\u00e9\u00f1\u00f8\u0142\u0391\u03b2\u0434\u044f\u0627\u0628"
WORDS = st.text(st.sampled_from(LETTERS + LETTERS.upper() + "'-\u2019"), min_size=1, max_size=9)
NAMES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
SEPARATORS = st.text(st.sampled_from(' ,.!?\n\t"()0123456789@+/[]'), min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("text", "name", "masked"),
    [
        ("I am Ada Lovelace, hello", "Ada Lovelace", "I am [guest], hello"),
        ("i am ada lovelace", "Ada Lovelace", "i am [guest]"),
        ("Signed: LOVELACE, ADA", "Ada Lovelace", "Signed: [guest]"),
        ("Anna Maria Roth wrote; Roth, Anna Maria", "Anna Maria Roth", "[guest] wrote; [guest]"),
        ("Maria Roth Anna", "Anna Maria Roth", "[guest]"),
        ("Thanks, Ada", "Ada Lovelace", "Thanks, [guest]"),
        ("Thanks, Ada", "ADA LOVELACE", "Thanks, [guest]"),
        ("Thanks, Ada", "ada lovelace", "Thanks, [guest]"),
        ("THANKS, ADA", "Ada Lovelace", "THANKS, [guest]"),
        ("the rose wine, said Rose", "Rose Smith", "the rose wine, said [guest]"),
        ("I pat the dog", "Pat Brown", "I pat the dog"),
        ("Adaptation", "Ada Lovelace", "Adaptation"),
        ("Ada2 was here", "Ada Lovelace", "[guest]2 was here"),
        ("mail ada.lovelace@example.org now", "Ada Lovelace", "mail [email] now"),
        ("mail j\u00f6rg@example.org.", "Ada Lovelace", "mail [email]."),
        ("O\u2019Neill and O'Neill", "Sean O'Neill", "[guest] and [guest]"),
        ("Thanks O'Neill", "Sean O\u2019Neill", "Thanks [guest]"),
        ("\uff21\uff44\uff41 was here", "Ada Lovelace", "[guest] was here"),
        ("Jose\u0301 ate", "Jos\u00e9 Garc\u00eda", "[guest] ate"),
        ("Anne-Marie, or Marie", "Anne-Marie Roth", "[guest], or [guest]"),
        ("\u6211\u662f\u674e\u5c0f\u9f99\u5566", "\u674e\u5c0f\u9f99", "\u6211\u662f[guest]\u5566"),
        ("\u6211\u662f\u738b\u82b3\u5566", "\u738b\u82b3", "\u6211\u662f[guest]\u5566"),
        (
            "\u8bf7\u5199\u4fe1\u7ed9ann@x.org\u8c22\u8c22",
            None,
            "\u8bf7\u5199\u4fe1\u7ed9[email]\u8c22\u8c22",
        ),
        ("al dente, said Al", "Al", "al dente, said [guest]"),
        ("Li Bo came", "Li Bo", "[guest] came"),
        ("[guest] and the guest Guest", "Guest", "[guest] and the guest [guest]"),
        ("call +49 (0)30 1234567, please", None, "call [phone], please"),
        ("call 01 23 45 67 89!", None, "call [phone]!"),
        ("call 555-1234.", None, "call [phone]."),
        ("call 5551234567", None, "call [phone]"),
        ("(020) 7946 0958", None, "[phone]"),
        ("Bill ES-0000042.", None, "Bill ES-0000042."),
        ("on 2024-05-06, 12.06.2024 and 6/12/2024", None, "on 2024-05-06, 12.06.2024 and 6/12/2024"),
        ("20:30, 12.50 euros, 4.5/5", None, "20:30, 12.50 euros, 4.5/5"),
        ("", "Ada", ""),
        ("Ada", "", "Ada"),
        ("caf\u00e9 \ufb01ne\u2026", "Ada Lovelace", "caf\u00e9 \ufb01ne\u2026"),
    ],
)
def test_what_identifies_the_customer_is_replaced(text, name, masked):
    assert mask(text, name) == masked


@settings(max_examples=300)
@given(NAMES, st.data())
def test_no_part_of_three_letters_survives_in_the_case_written(name, data):
    words = [*name.split(), *re.findall(r"[^\W\d_]+", name)]
    pieces = data.draw(st.lists(st.tuples(SEPARATORS, st.sampled_from(words) | WORDS), max_size=6))
    text = "".join(separator + word for separator, word in pieces)
    masked = PLACEHOLDER.sub(" ", mask(text, name))

    normal = unicodedata.normalize("NFKC", masked.replace("\u2019", "'"))
    left = re.findall(r"[^\W\d_]+", normal)
    parts = re.findall(r"[^\W\d_]{3,}", unicodedata.normalize("NFKC", name))
    assert [part for part in parts if part in left] == []


@settings(max_examples=300)
@given(st.text(st.sampled_from("abAB1234567890 .@+-()[]guest\u2019\u0301\n")), NAMES)
def test_a_masked_text_is_not_changed_again(text, name):
    assert mask(mask(text, name), name) == mask(text, name)


@given(st.text(st.sampled_from("abc xyz,.!\u2026\u2019\ufb01")), st.just("Ada Lovelace"))
def test_a_text_without_a_name_is_returned_as_it_is(text, name):
    assert mask(text, name) == text


@pytest.mark.parametrize(
    "text", ["a" * 10**6, "1 " * 500_000, "a@" * 500_000, "a.b" * 300_000, "Ada " * 250_000]
)
def test_a_long_text_takes_a_time_in_proportion_to_its_length(text):
    """It would take hours if it were its square."""
    assert mask(text, "Ada Lovelace")


@pytest.mark.parametrize(
    ("sentence", "embedded"),
    [
        ("[guest] liked the soup.", "liked the soup."),
        ("Write to [email] or call [phone]!", "Write to  or call !"),
        ("\u6211\u662f[guest]\u5566", "\u6211\u662f\u5566"),
        ("The guest [sic] ate a guest's soup.", "The guest [sic] ate a guest's soup."),
        ("[guest] [guest]", ""),
        (" a ", "a"),
    ],
)
def test_a_sentence_is_embedded_without_the_words_of_the_mask(sentence, embedded):
    assert without_placeholders(sentence) == embedded
