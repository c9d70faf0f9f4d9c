"""Names the fields, columns and codes of the reports in words."""

from collections.abc import Mapping

REVIEW_FIELDS: Mapping[str, str] = {
    "source_review_id": "review's id",
    "customer_name": "customer",
    "review_date": "date",
    "rating": "rating",
    "review_text": "text",
    "location": "location",
    "restaurant_name": "restaurant",
    "total_spent": "amount spent",
    "tip_amount": "tip",
    "tip_percentage": "tip in percent",
    "party_size": "party size",
    "age_range": "age",
    "gender": "gender",
    "ethnicity": "ethnicity",
}
RESTAURANT_FIELDS: Mapping[str, str] = {
    "restaurant_name": "restaurant",
    "address": "address",
    "avg_stars": "average stars",
    "total_reviews": "number of reviews",
}
FIELDS: Mapping[str, str] = {**REVIEW_FIELDS, **RESTAURANT_FIELDS}
"""Field of a file → what it holds."""

GROUPS: Mapping[str, str] = {
    "gender_norm": "gender",
    "age_group": "age",
    "ethnicity_norm": "ethnicity",
    "location": "location",
}
"""Column of the bias report → what its groups share."""

DELIMITERS: Mapping[str, str] = {
    ",": "comma",
    ";": "semicolon",
    "\t": "tab",
    "|": "vertical bar",
    "^": "caret",
    "~": "tilde",
    "\x01": "U+0001",
    "\x1f": "U+001F",
}

SHARES: Mapping[str, tuple[str, str, str]] = {
    "rejected_share": ("read", "were rejected", "No row was rejected."),
    "duplicate_share": ("read", "repeat an earlier row of the file", "No row repeats an earlier one."),
    "missing_text_share": ("written", "have no text", "Every row written has a text."),
    "missing_rating_share": ("written", "have no rating", "Every row written has a rating."),
    "date_unparseable_share": (
        "written",
        "have a date in no known format",
        "Every date is in a known format.",
    ),
    "rating_unparseable_share": (
        "written",
        "have a rating in no known format",
        "Every rating is in a known format.",
    ),
    "rating_out_of_scale_share": (
        "written",
        "have a rating that is not on its scale",
        "Every rating is on its scale.",
    ),
    "unmapped_category_share": (
        "written",
        "have an age, gender or ethnicity in no category",
        "Every age, gender and ethnicity is in a category.",
    ),
    "undecodable_text_share": (
        "written",
        "have characters that could not be decoded",
        "Every character could be decoded.",
    ),
    "encoding_uncertain_share": (
        "written",
        "have characters that are only the likeliest",
        "The encoding of every character is certain.",
    ),
    "possible_duplicate_share": (
        "written",
        "may be the same review as an earlier row",
        "No row may be the same review as an earlier one.",
    ),
    "conflicting_id_share": (
        "written",
        "have the id of an earlier, different row",
        "No row has the id of an earlier, different row.",
    ),
}
"""Check of a share → the rows that it is of, what its rows have in common, and what is true if it is 0."""

REVIEW_CHECKS: Mapping[str, tuple[str, ...]] = {
    "missing_text_share": ("review_text",),
    "missing_rating_share": ("rating",),
    "date_unparseable_share": ("review_date",),
    "rating_unparseable_share": ("rating",),
    "rating_out_of_scale_share": ("rating",),
    "mixed_scale": ("rating",),
    "unmapped_category_share": ("age_range", "gender", "ethnicity"),
    "conflicting_id_share": ("source_review_id",),
    "possible_duplicate_share": (),
}
"""Check of reviews only → the fields of which the file needs one; none if it is on no column."""

NO_COLUMN: Mapping[str, str] = {
    "missing_text_share": "The file has no column of texts.",
    "missing_rating_share": "The file has no column of ratings.",
}
"""Check of a field that reviews should have → what is true if the file has no column of it."""

REASONS: Mapping[str, tuple[str, str]] = {
    "ambiguous_source": (
        "Two known sources match the file, so it is not clear by which rules to read it.",
        "Ask the operators to make the rules of the sources exclude each other.",
    ),
    "archived": (
        "The file is in an archive of S3 and cannot be read.",
        "Restore it in S3, then process it again.",
    ),
    "empty_file": ("The file holds no text.", "Send it again with its rows."),
    "key_too_long": ("The file's key is too long for its outputs.", "Upload it under a shorter key."),
    "looks_like_output": (
        "The file has the name of one of the pipeline's own outputs.",
        "Upload raw review files under other names.",
    ),
    "malformed_json": ("No JSON object can be read from the file.", "Export it again, one object a review."),
    "no_header": (
        "The first line names no columns.",
        "Add a line with the names of the columns, and send the file again.",
    ),
    "not_delimited_text": (
        "The file is neither delimited text nor JSON.",
        "Export the reviews as CSV, and send that.",
    ),
    "not_reviews": (
        "No column of the file is known as a rating or a text, so it cannot be told to be reviews.",
        "Name the columns as the data contract does, such as rating and review_text.",
    ),
    "ragged_file": (
        "Most records have another number of fields than the header.",
        "Check the delimiter and the quotes, and export the file again.",
    ),
    "reserved_prefix": (
        "The file's key begins with a prefix that is reserved for outputs.",
        "Upload it under another prefix.",
    ),
    "too_large": ("The file is too large to be processed.", "Split it, and send the parts."),
    "too_large_inflated": ("The file is too large once unpacked.", "Split it, and send the parts."),
    "too_many_columns": ("The file has too many columns.", "Send only the columns of the reviews."),
    "too_many_rejected": (
        "Too many rows of the file were rejected.",
        "Check the export, or split the file.",
    ),
    "truncated": ("The compressed data end early or are damaged.", "Send the file again."),
    "unknown_json_shape": (
        "The JSON has no list of reviews that is known.",
        "Send the reviews as a list of objects, or one object a line.",
    ),
}
"""Reason of a rejected file → what it is, and what its sender can do."""
