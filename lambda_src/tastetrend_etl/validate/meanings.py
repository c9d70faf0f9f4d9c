"""Explains each code of the reports in a sentence."""

from collections.abc import Mapping

ISSUES: Mapping[str, str] = {
    "avg_stars_invalid": "The average stars are no number from 0 to 5; the cell is null.",
    "control_characters_removed": "Control characters were removed from the review text.",
    "date_out_of_range": "The date is before 1990 or after the upload; the cell is null.",
    "date_unparseable": "The date is in no known format; the cell is null.",
    "encoding_uncertain": "The row has characters of a code page that is only the likeliest.",
    "party_size_out_of_range": "The party size is not from 1 to 100; the cell is null.",
    "party_size_unparseable": "The party size is no whole number; the cell is null.",
    "possible_duplicate": "The row is like an earlier one, without evidence that it is the same review.",
    "rating_out_of_scale": "The rating is not on the scale of its column; `rating_1_5` is null.",
    "rating_unparseable": "The rating is in no known format; `rating_1_5` is null.",
    "tip_amount_negative": "The tip is negative; the cell is null.",
    "tip_amount_unparseable": "The tip is no amount; the cell is null.",
    "tip_exceeds_spend": "The tip is larger than the amount spent.",
    "tip_on_zero_spend": "There is a tip, and the amount spent is 0.",
    "tip_percentage_capped": "The tip is above 30 %; the cell is 30.",
    "tip_percentage_negative": "The percentage of the tip is negative; the cell is computed or null.",
    "tip_percentage_unparseable": "The percentage of the tip is no number; the cell is computed or null.",
    "total_reviews_invalid": "The number of reviews is no whole number from 0 on; the cell is null.",
    "total_spent_negative": "The amount spent is negative; the cell is null.",
    "total_spent_unparseable": "The amount spent is no amount; the cell is null.",
    "undecodable_text": "The row has bytes or characters that cannot be decoded; U+FFFD is in their place.",
    "unmapped_category": "An age, gender or ethnicity is in no category; the category is null.",
    "unquoted_delimiter": "The text has delimiters and is not in quotes; the parts of it were joined.",
}
"""Issue code → its meaning."""

REJECTIONS: Mapping[str, str] = {
    "empty_row": "The row has neither a rating nor a text, or of restaurant facts no name.",
    "malformed_json": "The record is no valid JSON.",
    "not_a_review": "The row is a summary, such as a total.",
    "not_an_object": "The JSON value is no object, or a row of another width than its table.",
    "ragged": "The record has more or fewer fields than the header.",
    "record_too_long": "The record is longer than a row may be.",
    "repeated_header": "The row repeats the header.",
    "unclosed_quote": "A quote opens in the record and does not close.",
}
"""Reason of a rejected row → its meaning."""

DUPLICATE = "The row delivers an earlier row of the file again."

CHECKS: Mapping[str, str] = {
    "row_balance": "1 if the rows written, rejected and duplicate are not all rows read, else 0.",
    "rejected_share": "Rejected rows, of the rows read.",
    "duplicate_share": "Duplicates, of the rows read.",
    "missing_text_share": "Rows without a text, of the rows written.",
    "missing_rating_share": "Rows without a rating, of the rows written.",
    "conflicting_id_share": "Rows whose id an earlier, different row has, of the rows written.",
    "source_columns_missing": "Columns of a source for lack of which the file is read by the generic rules; "
    "`source.columns_missing` has their names.",
    "mixed_scale": "The share of the ratings on a smaller scale, minus that of ratings evenly spread over "
    "their scale; 0.1 are ten percentage points.",
} | {f"{code}_share": f"Of the rows written, those with this issue: {ISSUES[code]}" for code in (
    "date_unparseable", "rating_unparseable", "rating_out_of_scale", "unmapped_category", "undecodable_text",
    "encoding_uncertain", "possible_duplicate",
)}  # fmt: skip
"""Check → what its value is."""

NOTES: Mapping[str, str] = {
    "examples": "Numbers of the first such rows: `source_row`, which starts at 1 below the header.",
    "of": "The number of rows that a count or a share refers to.",
    "missing_share": "Null cells of a column of the dataset, of the rows written.",
    "unmapped_words": "The most frequent words in no category that cannot be names or numbers of people, and "
    "their rows; `unmapped_withheld` has the number of the others.",
    "dates.ambiguous": "Dates such as 01/02/2020, read in the order that most other dates of the file have.",
    "dates.evidence": "Dates that are possible in one order only.",
    "dates.by_month": "Months with reviews, and their rows.",
    "rating.delivered": "Ratings before rescaling, by scale, to the nearest tenth of it, and their rows.",
    "mean_rating_ci95": "95 % interval of a mean in the bias report; null below 30 ratings.",
    "rating.distribution": "Ratings to the nearest half star, from 1 to 5, and their rows.",
}
"""Field of the validation report → how to read it."""
