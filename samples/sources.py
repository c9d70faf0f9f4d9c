"""The measured profile of each source's file: columns, row counts, cell formats and missing values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from samples import formats
from samples.formats import MoneyFormat, RatingFormat, Weighted, rating_cells

SHARED_COLUMNS = (
    "total_spent",
    "tip_amount",
    "tip_percentage",
    "party_size",
    "age_range",
    "gender",
    "ethnicity",
)

_WHOLE = ("1", "2", "3", "4", "5")
_POINT_ZERO = ("1.0", "2.0", "3.0", "4.0", "5.0")
_HALVES = ("1.5", "2.5", "3.5", "4.5")
_OF_TEN = tuple(str(n) for n in range(1, 11))
_PERCENTS = tuple(str(n) for n in range(20, 101, 10))

_DOLLARS = Weighted(
    {
        MoneyFormat("{:.2f}"): 60,
        MoneyFormat("${:,.2f}"): 25,
        MoneyFormat("{:.0f}", digits=0): 8,
        MoneyFormat("USD {:.2f}"): 7,
    }
)
_EUROS = Weighted(
    {
        MoneyFormat("{:.2f}"): 45,
        MoneyFormat("{:,.2f} €", comma=True): 40,
        MoneyFormat("{:.2f}", comma=True): 10,
        MoneyFormat("{:.0f}", digits=0): 5,
    }
)


@dataclass(frozen=True, kw_only=True)
class Source:
    """One source of reviews; shares are of all rows."""

    file: str
    rows: int
    columns: tuple[str, str, str, str, str, str, str]  # id, customer, date, rating, text, place, restaurant
    mark: str  # prefix of its bill numbers
    dates: Weighted[formats.DateFormat]
    date_order: str
    ratings: Weighted[tuple[str, float]]
    invalid_ratings: Sequence[str]
    money: Weighted[MoneyFormat]
    missing: Mapping[str, float]
    restaurants: Sequence[str]
    places: Sequence[str]
    delimiter: str = ","
    rating_scale: int = 5  # of a bare number
    encoding: str = "utf-8"
    newline: str = "\n"
    blank_line_every: int = 0  # rows; 0 for never

    @property
    def header(self) -> tuple[str, ...]:
        """Return all column names, in order."""
        return (*self.columns, *SHARED_COLUMNS)


SOURCES: Mapping[str, Source] = {
    "downtown": Source(
        file="tastetrend_downtown_reviews.csv",
        rows=614,
        columns=("review_id", "customer_name", "date", "rating", "review_text", "location", "business_name"),
        mark="DT",
        dates=Weighted(
            {
                formats.ISO: 40,
                formats.MONTH_FIRST: 35,
                formats.DAY_MONTH_NAME: 13,
                formats.ZULU: 8,
                formats.ISO_DAY: 4,
            }
        ),
        date_order="month_first",
        ratings=rating_cells(
            {
                RatingFormat("{}", _WHOLE, 5): 80,
                RatingFormat("{}", _POINT_ZERO, 5): 12,
                RatingFormat("{}", _HALVES, 5): 8,
            }
        ),
        invalid_ratings=("50", "0", "6", "great"),
        money=_DOLLARS,
        missing={"date": 0.02, "total_spent": 0.18, "age_range": 0.15},
        restaurants=("The Copper Ladle", "Harbor & Vine", "Nine Lanterns"),
        places=("Downtown", "downtown", "12 Quay Street, Downtown", "Downtown - Market Hall"),
    ),
    "eastside": Source(
        file="tastetrend_eastside_reviews.csv",
        rows=1784,
        columns=(
            *("review_number", "guest_name", "visit_date", "satisfaction_score"),
            *("feedback_comments", "venue_location", "restaurant_name"),
        ),
        mark="ES",
        dates=Weighted(
            {
                formats.ISO: 24,
                formats.DAY_FIRST: 42,
                formats.DAY_MONTH_NAME: 14,
                formats.MONTH_NAME_DAY: 8,
                formats.EAST_OF_UTC: 8,
                formats.ISO_DAY: 4,
            }
        ),
        date_order="day_first",
        ratings=rating_cells({RatingFormat("{}", _WHOLE, 5): 90, RatingFormat("{}/5", _WHOLE, 5): 10}),
        invalid_ratings=("11", "-1", "9", "so-so"),
        money=_EUROS,
        missing={"customer": 0.09, "date": 0.01, "rating": 0.13, "age_range": 0.37},
        restaurants=("Osteria Belvedere", "Saffron Court", "Zum Alten Kran"),
        places=("Eastside", "East Side", "Eastside, 4 Mill Lane", "eastside"),
        encoding="utf-8-sig",
        newline="\r\n",
    ),
    "midtown": Source(
        file="tastetrend_midtown_reviews.txt",
        rows=871,
        columns=(
            *("review_id", "customer_name", "date", "rating_out_of_10"),
            *("review_text", "location", "restaurant_name"),
        ),
        mark="MT",
        dates=Weighted(
            {
                formats.ISO: 45,
                formats.MONTH_FIRST: 30,
                formats.MONTH_NAME_DAY: 12,
                formats.WEST_OF_UTC: 8,
                formats.ISO_T: 5,
            }
        ),
        date_order="month_first",
        ratings=rating_cells(
            {
                RatingFormat("{}", _OF_TEN, 10): 82,
                RatingFormat("{}", ("6.5", "7.5", "8.5", "9.5"), 10): 10,
                RatingFormat("{}/10", _OF_TEN, 10): 8,
            }
        ),
        rating_scale=10,
        invalid_ratings=("0", "11", "-1", "superb"),
        money=_DOLLARS,
        missing={"date": 0.02, "rating": 0.15, "total_spent": 0.24, "age_range": 0.22},
        restaurants=("Blue Heron Grill", "Casa Piñata", "Noodle Foundry"),
        places=("Midtown", "MIDTOWN", "Midtown; Theatre Row 7", "Midtown | Arcade"),
        delimiter="|",
    ),
    "uptown": Source(
        file="tastetrend_uptown_reviews.csv",
        rows=1655,
        columns=("id", "name", "review_date", "star_rating", "comments", "venue", "establishment"),
        mark="UP",
        dates=Weighted(
            {
                formats.MONTH_NAME_DAY: 25,
                formats.DAY_MONTH_NAME: 22,
                formats.ISO_DAY: 15,
                formats.LONG_MONTH: 12,
                formats.ISO: 10,
                formats.MONTH_FIRST: 8,
                formats.ZULU: 6,
                formats.COMPACT: 2,
            }
        ),
        date_order="month_first",
        ratings=rating_cells(
            {
                RatingFormat("{} stars", _WHOLE, 5): 24,
                RatingFormat("{} Stars", _HALVES, 5): 5,
                RatingFormat("{}/5", _WHOLE, 5): 12,
                RatingFormat("{} / 5", _HALVES, 5): 3,
                RatingFormat("{} out of 10", _OF_TEN, 10): 9,
                RatingFormat("{}%", _PERCENTS, 100): 8,
                RatingFormat("{}", _WHOLE, 5): 7,
                RatingFormat("{}", _HALVES, 5, decimal=","): 4,
            },
            symbols=22,
            words=6,
        ),
        invalid_ratings=("7/5", "12 out of 10", "120%", "amazing"),
        money=_DOLLARS,
        missing={"customer": 0.15, "date": 0.02, "age_range": 0.28},
        restaurants=("Maison Quenelle", "The Gilded Fig", "Taverna Lykos"),
        places=("Uptown", "uptown ", "Uptown, 90 Crescent Hill", "Uptown (Roof Garden)"),
        blank_line_every=600,
    ),
}
