"""A review of a dataset, and the notification of the dataset."""

import json
from datetime import datetime

from tastetrend_etl.schema import REVIEWS
from tests.unit.conftest import PROCESSED, s3_record

KEY = "processed/north/processed_reviews.csv.parquet"
ROW = dict.fromkeys(REVIEWS.names) | {
    "review_id": "r1",
    "source_file": "north/reviews.csv",
    "source_row": 2,
    "customer_name": "Ada Lovelace",
    "location": "Uptown, 90 Crescent Hill",
    "restaurant_name": "The Fork",
    "review_date": datetime(2024, 5, 6, 12),  # noqa: DTZ001 # as in datasets
    "rating_1_5": 4.0,
    "review_text": "Good soup. Slow service.",
    "issues": [],
}


def notification(key, name="ObjectCreated:Put", bucket=PROCESSED):
    return json.dumps({"Records": [s3_record(key, bucket=bucket, name=name)]})
