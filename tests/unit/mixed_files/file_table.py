"""The mixed files, one a line: language, encoding, layout, forms of dates, ratings and amounts, odd rows."""

from collections.abc import Mapping
from dataclasses import dataclass

# Style → name of the column → its field; columns of no field have the kind of their content.
HEADERS: Mapping[str, Mapping[str, str]] = {
    "own": {
        "review_id": "source_review_id", "customer_name": "customer_name",
        "restaurant_name": "restaurant_name", "location": "location", "review_date": "review_date",
        "rating": "rating", "review_text": "review_text", "total_spent": "total_spent",
    },
    "capitals": {
        "REVIEW ID": "source_review_id", "GUEST NAME": "customer_name", "DATE": "review_date",
        "OVERALL RATING": "rating", "COMMENTS": "review_text", "AMOUNT SPENT": "total_spent",
        "BRANCH": "location",
    },
    "camel": {
        "reviewId": "source_review_id", "userName": "customer_name", "createdAt": "review_date",
        "starRating": "rating", "reviewText": "review_text", "totalSpent": "total_spent",
        "deviceType": "word",
    },
    "form": {
        "Timestamp": "review_date", "Your name": "customer_name", "Rating (1-5)": "rating",
        "Comments (optional)": "review_text", "Location": "location",
    },
    "form of ten": {
        "Timestamp": "review_date", "Your name": "customer_name", "Rating (1-10)": "rating",
        "Comments": "review_text", "Amount spent": "total_spent",
    },
    "yelp": {
        "review_id": "source_review_id", "user_id": "word", "business_name": "restaurant_name",
        "stars": "rating", "useful": "count", "funny": "count", "cool": "count", "text": "review_text",
        "date": "review_date",
    },
    "tripadvisor": {
        "Author": "customer_name", "Date of visit": "review_date", "Rating": "rating", "Title": "title",
        "Review": "review_text", "Restaurant": "restaurant_name",
    },
    "amazon": {
        "marketplace": "word", "customer_id": "count", "review_id": "source_review_id",
        "star_rating": "rating", "helpful_votes": "count", "verified_purchase": "flag",
        "review_headline": "title", "review_body": "review_text", "review_date": "review_date",
    },
    "play": {
        "reviewId": "source_review_id", "userName": "customer_name", "content": "review_text",
        "score": "rating", "thumbsUpCount": "count", "date": "review_date",
    },
    "appstore": {
        "Nickname": "customer_name", "Submission Date": "review_date", "Rating": "rating",
        "Title": "title", "Review Text": "review_text",
    },
    "short": {"date": "review_date", "rating": "rating", "comment": "review_text"},
    "survey": {
        "id": "source_review_id", "Submitted At": "review_date", "Satisfaction Score": "rating",
        "Feedback Comments": "review_text", "Venue Location": "location", "Total Spent": "total_spent",
        "Customer": "customer_name",
    },
}  # fmt: skip


@dataclass(frozen=True)
class MixedFile:
    """What one file is like.

    Attributes:
        layout: `csv`, or a kind of JSON: `lines`, `array`, `wrapped`, `split` or `columns`.
        delimiter: between cells.
        quoting: `minimal`, `all`, `line` or `apostrophe`.
        odd: what else is in it, see the generator.
        allowed: the issues that a row may have instead of its right cells.
    """

    language: str
    encoding: str
    rows: int
    header: str
    dates: str
    ratings: str
    amounts: str = "point"
    delimiter: str = ","
    line_end: str = "\n"
    quoting: str = "minimal"
    layout: str = "csv"
    odd: str = ""
    allowed: str = ""

    @property
    def name(self) -> str:
        return f"{self.language} {self.encoding} {self.layout} {self.header} {self.dates}"


CRLF, CR, TAB = "\r\n", "\r", "\t"
UNCERTAIN = "encoding_uncertain"
REAL = "missing duplicates quotes"
FULL = f"{REAL} multiline delimiters blank"

FILES = (
    MixedFile("en", "utf-8", 300, "own", "iso", "digit", "dollar", odd=f"{FULL} emoji ragged empty"),
    MixedFile("en", "utf-8", 220, "yelp", "iso second", "float", odd=f"{FULL} emoji"),
    MixedFile("en", "utf-8-sig", 150, "form", "form", "digit", line_end=CRLF, odd=f"{FULL} emoji"),
    MixedFile("en", "utf-8", 120, "amazon", "en country", "en out of stars", delimiter=TAB, odd=REAL),
    MixedFile("en", "cp1252", 180, "tripadvisor", "en", "en stars", line_end=CRLF, odd=f"{REAL} curly"),
    MixedFile("en", "utf-16", 90, "capitals", "us half day", "percent", "usd", TAB, CRLF, odd=REAL),
    MixedFile("en", "utf-8", 140, "play", "epoch ms", "digit", layout="lines", odd=f"{FULL} emoji"),
    MixedFile("en", "utf-8", 80, "appstore", "rfc 2822", "en rated", layout="array", odd=REAL),
    MixedFile("en", "utf-8", 70, "camel", "iso z", "float", layout="wrapped", odd=f"{REAL} multiline"),
    MixedFile("en", "cp1252", 110, "survey", "us", "ten", "pound", "|", odd=f"{REAL} curly totals"),
    MixedFile("en", "utf-8", 60, "short", "en weekday", "en word", quoting="all", odd="header totals"),
    MixedFile("en", "utf-8", 100, "own", "en dashes", "en label", "dollar", "^", odd=REAL),
    MixedFile("en", "utf-8", 100, "own", "us short year", "en star rating", quoting="line", odd="missing"),
    MixedFile("en", "cp1250", 60, "own", "en reviewed", "digit", odd="guest=Dvořák", allowed=UNCERTAIN),
    MixedFile("en", "cp1254", 60, "own", "en short", "digit", odd="guest=Ağaoğlu", allowed=UNCERTAIN),
    MixedFile("de", "utf-8", 240, "own", "dots", "comma", "euro", ";", odd=f"{FULL} emoji"),
    MixedFile("de", "cp1252", 260, "own", "de", "de", "euro", ";", CRLF, odd=f"{FULL} ragged empty"),
    MixedFile("de", "cp1252", 90, "capitals", "dots minute", "de of", "comma", TAB, odd=REAL),
    MixedFile("de", "utf-16-le", 80, "tripadvisor", "de weekday", "symbols", delimiter=";", odd=REAL),
    MixedFile("de", "cp850", 60, "short", "dots short", "digit", delimiter=";", line_end=CRLF),
    MixedFile("de", "utf-8-sig", 130, "survey", "de reviewed", "ten", "eur", ";", CRLF, "all", odd=FULL),
    MixedFile("de", "iso8859_1", 45, "form", "dots minute", "digit", delimiter=";", odd="preamble missing"),
    MixedFile("fr", "utf-8", 200, "own", "fr", "fr of", "spaces", ";", odd=f"{FULL} emoji"),
    MixedFile("fr", "cp1252", 210, "tripadvisor", "fr", "fr", "point", ";", CRLF, odd=f"{FULL} curly"),
    MixedFile("fr", "iso8859_15", 120, "own", "day first", "of five", "comma", ";", odd=REAL),
    MixedFile("fr", "mac_roman", 70, "short", "day first", "digit", delimiter=";", line_end=CR),
    MixedFile("fr", "utf-8", 60, "own", "fr hour", "of ten", "euro", "|", "\n", "apostrophe", odd="missing"),
    MixedFile("es", "utf-8", 190, "own", "es", "es of", "euro", ";", odd=f"{FULL} emoji"),
    MixedFile("es", "cp1252", 170, "yelp", "day first minute", "es", delimiter=TAB, odd=f"{REAL} header"),
    MixedFile("es", "utf-8", 65, "play", "iso offset", "digit", layout="split", odd=REAL),
    MixedFile("it", "utf-8", 160, "own", "it", "it", "euro before", ";", odd=FULL),
    MixedFile("it", "cp1252", 140, "capitals", "day first dash", "percent spaced", "comma", ";", odd=REAL),
    MixedFile("it", "utf-16-be", 55, "short", "day first", "emoji", delimiter=";"),
    MixedFile("pt", "utf-8", 150, "own", "pt", "pt", "real", ";", CRLF, odd=f"{FULL} emoji"),
    MixedFile("pt", "cp1252", 130, "appstore", "day first", "of five", delimiter=";", odd=FULL),
    MixedFile("pt", "utf-8", 50, "camel", "iso short", "hundred", layout="columns"),
    MixedFile("nl", "utf-8", 120, "own", "nl", "nl of", "euro before", ";", odd=FULL),
    MixedFile("nl", "cp1252", 150, "tripadvisor", "day first dash", "nl", delimiter=";", odd=REAL),
    MixedFile("sv", "cp1252", 140, "own", "iso", "of five", "krona", ";", CRLF, odd=FULL),
    MixedFile("sv", "utf-8", 90, "survey", "sv", "sv", "krona", TAB, odd=REAL),
    MixedFile("pl", "cp1250", 220, "own", "dots", "of five", "zloty", ";", CRLF, odd=FULL),
    MixedFile("pl", "iso8859_2", 120, "yelp", "day first dash", "digit", delimiter=TAB, odd=REAL),
    MixedFile("pl", "utf-8", 130, "own", "pl", "pl", "zloty", ";", odd=f"{FULL} emoji"),
    MixedFile("cs", "cp1250", 180, "own", "dots spaced", "percent spaced", "koruna", ";", CRLF, odd=FULL),
    MixedFile("cs", "utf-8-sig", 80, "tripadvisor", "cs", "symbols", delimiter=";", odd=REAL),
    MixedFile("hu", "cp1250", 170, "own", "year dots end", "of five", "forint", ";", odd=FULL),
    MixedFile("hu", "iso8859_2", 60, "short", "hu", "digit", delimiter=";"),
    MixedFile("hu", "utf-16", 75, "form", "year dots spaced", "digit", delimiter=TAB, odd=REAL),
    MixedFile("ru", "cp1251", 280, "own", "dots", "of five", "rouble", ";", CRLF, odd=f"{FULL} ragged empty"),
    MixedFile("ru", "koi8_r", 120, "yelp", "dots minute", "ru of", delimiter=TAB, odd=REAL),
    MixedFile("ru", "utf-8", 160, "own", "ru", "ru", "rouble", ";", odd=f"{FULL} emoji"),
    MixedFile("ru", "utf-16-le", 70, "play", "iso second", "digit", delimiter=";", odd=REAL),
    MixedFile("ru", "iso8859_5", 30, "short", "dots", "digit", delimiter=";", allowed=UNCERTAIN),
    MixedFile("uk", "cp1251", 150, "tripadvisor", "uk", "of ten", delimiter=";", odd=REAL),
    MixedFile("el", "cp1253", 200, "own", "day first", "of ten", "euro", ";", CRLF, odd=FULL),
    MixedFile("el", "iso8859_7", 110, "short", "day first dash", "el", delimiter=";"),
    MixedFile("el", "utf-8", 90, "form of ten", "el", "ten", "comma", ";", odd=REAL),
    MixedFile("tr", "cp1254", 210, "own", "dots", "of five", "lira", ";", CRLF, odd=FULL),
    MixedFile("tr", "iso8859_9", 80, "yelp", "dots", "float", delimiter=TAB, odd=REAL),
    MixedFile("tr", "utf-8", 100, "own", "tr", "tr", "lira", "|", odd=f"{FULL} emoji"),
    MixedFile("ar", "cp1256", 180, "own", "day first", "of five", "point", ",", CRLF, odd=FULL),
    MixedFile("ar", "utf-8", 120, "tripadvisor", "year slashes", "arabic digits", odd=f"{FULL} emoji"),
    MixedFile("ar", "utf-16", 60, "play", "ar", "digit", delimiter=TAB, odd=REAL),
    MixedFile("zh", "gb18030", 240, "own", "han", "zh", "yuan", odd=f"{FULL} emoji"),
    MixedFile("zh", "gb2312", 90, "short", "iso short", "zh of", line_end=CRLF, odd="totals"),
    MixedFile("zh", "utf-8", 160, "own", "han", "wide digits", "yuan", odd=FULL),
    MixedFile("zh", "utf-16-be", 65, "form", "zh clock", "symbols", delimiter=TAB, odd=REAL),
    MixedFile("zh-hant", "big5", 190, "own", "year slashes", "of five", "point", odd=FULL),
    MixedFile("zh-hant", "utf-8", 80, "tripadvisor", "han", "zh", odd=f"{REAL} emoji"),
    MixedFile("ja", "cp932", 230, "own", "han", "ja", "yen", odd=FULL, line_end=CRLF),
    MixedFile("ja", "euc_jp", 100, "short", "year slashes", "digit", odd="header"),
    MixedFile("ja", "utf-8", 150, "own", "han", "symbols", "yen", odd=f"{FULL} emoji"),
    MixedFile("ja", "utf-8", 70, "play", "epoch", "wide digits", layout="lines", odd=REAL),
    MixedFile("ko", "euc_kr", 200, "own", "year dots", "of five", "won", odd=FULL),
    MixedFile("ko", "cp949", 60, "tripadvisor", "ko clock", "of ten", delimiter="|", odd=REAL),
    MixedFile("ko", "utf-8", 130, "own", "hangul", "digit", "won", odd=f"{FULL} emoji gzip"),
    MixedFile("en", "utf-8", 90, "survey", "excel", "hundred", "dollar", odd=f"{REAL} gzip"),
    MixedFile("en", "utf-8", 50, "form", "iso utc", "of five halves", quoting="apostrophe"),
    MixedFile("en", "ascii", 75, "own", "compact", "en stars", "franc", ";", line_end=CR, odd="missing"),
    MixedFile("fr", "cp1252", 35, "own", "day first", "halves", "comma", ";", odd="missing"),
)  # fmt: skip
