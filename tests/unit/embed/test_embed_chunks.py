"""A sentence has a key of its own and the metadata that applications filter by."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tastetrend_embed.chunks import Recipe, chunks_of, vector_key
from tastetrend_embed.metadata import location_key, stored_metadata
from tastetrend_etl.pseudonym import PseudonymKey, pseudonym
from tests.unit.embed.reviews import KEY, ROW

SECRET = PseudonymKey(b"a key", "1")
RECIPE = Recipe("amazon.titan-embed-text-v2:0", SECRET)


def ids(recipe=RECIPE, **differs):
    return [chunk.id.hex() for chunk in chunks_of(ROW | differs, recipe)]


def test_the_ids_and_digests_are_those_of_the_recorded_versions():
    """A change of one of these embeds everything again: raise the version of the rule."""
    chunks = list(chunks_of(ROW, RECIPE))

    assert [chunk.id.hex() for chunk in chunks] == [
        "a05cd7331bf587dbd255851727a1dec8",
        "cf14a46e14a805e331e8dc6bc619a5e0",
    ]
    assert {chunk.digest for chunk in chunks} == {13_179_085_480_028_844_882}
    assert RECIPE.version_of("etag") == "etag/1.1.2.amazon.titan-embed-text-v2:0/1"


def test_an_id_depends_on_review_place_text_and_recipe_only():
    others = [
        ids(review_id="r2"),
        ids(review_text="Slow service. Good soup."),
        ids(review_text="Good soup! Slow service!"),
        ids(Recipe("another model", SECRET)),
    ]

    assert len({each for chunks in [ids(), *others] for each in chunks}) == 10
    assert ids(rating_1_5=1.0, location="x", source_row=9) == ids(
        Recipe(RECIPE.model, PseudonymKey(b"k", "2"))
    )


@pytest.mark.parametrize(
    "differs", [{"rating_1_5": 1.0}, {"location": None}, {"source_row": 3}, {"customer_name": "Bob"}]
)
def test_the_digest_changes_with_the_metadata(differs):
    (first, _), (other, _) = chunks_of(ROW, RECIPE), chunks_of(ROW | differs, RECIPE)

    assert first.digest != other.digest


def test_a_vector_key_begins_with_that_of_its_dataset():
    (first, second), other = chunks_of(ROW, RECIPE), vector_key("another", b"\0" * 16)
    keys = [vector_key(KEY, chunk.id) for chunk in (first, second)]

    assert keys[0][:13] == keys[1][:13] != other[:13]
    assert [len(key) for key in [*keys, other]] == [45] * 3


def test_the_metadata_are_those_that_are_documented():
    chunk = next(chunks_of(ROW, RECIPE))

    assert chunk.metadata == {
        "review_id": "r1",
        "restaurant_name": "The Fork",
        "location": "Uptown, 90 Crescent Hill",
        "location_key": "uptown",
        "rating": 4.0,
        "date": 20240506,
        "customer": pseudonym("Ada Lovelace", SECRET),
        "source_file": "north/reviews.csv",
        "source_row": 2,
    }


def test_what_is_null_is_left_out():
    row = ROW | dict.fromkeys(["customer_name", "location", "restaurant_name", "review_date", "rating_1_5"])
    (chunk, _) = chunks_of(row, RECIPE)

    assert chunk.metadata.keys() == {"review_id", "source_file", "source_row"}


def test_the_sentence_is_where_retrievers_look_for_it_without_the_file():
    chunk = next(chunks_of(ROW, RECIPE))
    stored = stored_metadata("a key", chunk.text, chunk.metadata)
    node = json.loads(stored["_node_content"])

    assert stored.items() >= chunk.metadata.items()
    assert (stored["_page_content"], stored["_node_type"]) == ("Good soup.", "TextNode")
    assert (node["id_"], node["text"], node["class_name"]) == ("a key", "Good soup.", "TextNode")
    assert "north" not in stored["_node_content"]


def test_a_long_sentence_is_embedded_in_pieces_without_loss():
    text = "\u597d" * 5_000
    chunks = list(chunks_of(ROW | {"review_text": text}, RECIPE))

    assert [len(chunk.text) for chunk in chunks] == [2_000, 2_000, 1_000]
    assert "".join(chunk.text for chunk in chunks) == text


@settings(max_examples=200)
@given(st.text(max_size=3_000), st.text(max_size=3_000))
def test_the_metadata_are_within_the_limits_of_the_service(name, location):
    row = ROW | {"review_text": name + "x", "restaurant_name": name, "location": location}
    for chunk in chunks_of(row, RECIPE):
        stored = stored_metadata("k" * 45, chunk.text, chunk.metadata)
        hidden = {"_page_content", "_node_content", "_node_type", "source_file", "source_row"}
        filterable = {field: value for field, value in stored.items() if field not in hidden}

        assert len(json.dumps(filterable, ensure_ascii=False).encode()) <= 2_048
        assert len(json.dumps(stored, ensure_ascii=False).encode()) <= 40_960


@pytest.mark.parametrize(
    "location", ["Uptown", " uptown ", "UPTOWN, 90 Crescent Hill", "Uptown (Roof Garden)", "\uff35ptown  [2]"]
)
def test_spellings_of_one_location_have_one_normal_form(location):
    assert location_key(location) == "uptown"


def test_the_normal_form_keeps_the_words_of_a_location_apart():
    assert location_key("Old  Town, Main Street") == "old town"
    assert location_key("(closed)") == ""


def test_a_masked_name_is_stored_but_not_embedded():
    (chunk,) = chunks_of(ROW | {"review_text": "Ada Lovelace was here."}, RECIPE)

    assert (chunk.text, chunk.embedded_text) == ("[guest] was here.", "was here.")


def test_a_sentence_of_which_the_mask_leaves_nothing_has_no_vector():
    chunks = chunks_of(ROW | {"review_text": "Good soup.\nAda Lovelace\nAda"}, RECIPE)

    assert [chunk.text for chunk in chunks] == ["Good soup."]


@pytest.mark.parametrize(
    "sentence",
    [
        "\u30b9\u30fc\u30d7\u304c\u6e29\u304b\u3044\u3002",
        "\u0627\u0644\u062d\u0633\u0627\u0621 \u0633\u0627\u062e\u0646.",
        "\u05d4\u05de\u05e8\u05e7 \u05d7\u05dd.",
        "\u0e0b\u0e38\u0e1b\u0e23\u0e49\u0e2d\u0e19",
        "\u041d\u0435\u043f\u043b\u043e\u0445\u043e!",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f44d\U0001f3fd",
    ],
    ids=["Japanese", "Arabic", "Hebrew", "Thai", "Russian", "emoji"],
)
def test_a_sentence_in_any_language_is_stored_and_embedded_as_it_is(sentence):
    (chunk,) = chunks_of(ROW | {"review_text": sentence}, RECIPE)

    assert chunk.text == chunk.embedded_text == sentence
    assert json.loads(stored_metadata("k", chunk.text, chunk.metadata)["_node_content"])["text"] == sentence
