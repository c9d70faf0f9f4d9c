"""The words of generated reviews, names and categories."""

# Null values of the data contract; the empty cell is by far the most frequent.
NULL_VALUES = ("", "", "", "", "", "", "NA", "N/A", "null", "None", "nan", "-")

# Without `nan`: a rating of `nan` could also be parsed as a number.
NULL_RATINGS = tuple(word for word in NULL_VALUES if word != "nan")

FIRST_NAMES = (
    "Amara", "Anneke", "Bao", "Bettina", "Callum", "Chiara", "Dagny", "Darius", "Eilidh", "Emre", "Farida",
    "Fintan", "Gwenda", "Hiroko", "Ilse", "Imran", "Jarek", "Jocasta", "Kofi", "Leocadia", "Lubna", "Mairead",
    "Mateus", "Nadezhda", "Niamh", "Odalys", "Oisín", "Perpetua", "Quillon", "Renée", "Rohan", "Saoirse",
    "Thandeka", "Tomoko", "Ulrike", "Vashti", "Wendeline", "Xiomara", "Yusuf", "Zoë",
)  # fmt: skip
LAST_NAMES = (
    "Abernethy", "Adeyinka", "Almgren", "Batbayar", "Birtwhistle", "Bräuer", "Carruthers", "Castellanos",
    "Chukwuma", "Dalgaard", "Delacroix-Hume", "Dziedzic", "Eastaugh", "Fairweather", "Fujisaki", "Garrick",
    "Gulbrandsen", "Haverkamp", "Hollingworth", "Iwasaki", "Jelínek", "Kaplinski", "Kettleby", "Lindqvist",
    "Marchetti", "McGillicuddy", "Nakagawa", "Núñez", "O'Rahilly", "Oyelaran", "Pemberley", "Penhaligon",
    "Quarshie", "Rautio", "Sandoval", "Szymczak", "Thistlewood", "Uchendu", "Vandermeer", "Winterbourne",
    "Yamashiro", "Zubiri",
)  # fmt: skip

# raw cell → weight
AGE_RANGES = {
    "18-25": 15,
    "26-35": 26,
    "36-45": 22,
    "46-55": 16,
    "56-65": 12,
    "65+": 9,
    " 26-35 ": 1,
    "over 30": 0.3,
}
GENDERS = {
    "M": 16, "male": 10, "Male": 12, "MALE": 2, "F": 17, "female": 10, "Female": 13, "Female ": 1, "f": 2,
    "non-binary": 2, "Non-Binary": 1, "Other": 1, "Prefer not to say": 3, "X": 0.3,
}  # fmt: skip
ETHNICITIES = {
    "Caucasian": 18, "caucasian": 3, "White": 16, "white": 3, "Black": 8, "African American": 8, "Latino": 7,
    "Hispanic": 8, "hispanic": 2, "Asian": 11, "ASIAN": 1, "Mixed": 5, "Native American": 2, "Other": 3,
    "Martian": 0.3,
}  # fmt: skip
PARTY_SIZES = {"1": 9, "2": 36, "3": 16, "4": 20, "5": 8, "6": 6, "7": 2, "8": 3}
TIP_PERCENTAGES = {0: 9, 5: 5, 8: 5, 10: 14, 12: 9, 15: 20, 18: 18, 20: 15, 22: 4, 25: 3, 30: 2, 40: 1}

DISHES = (
    "smoked brisket", "crème brûlée", "lamb tagine", "margherita pizza", "miso ramen", "jalapeño cornbread",
    "sea bass ceviche", "mushroom risotto", "pork schnitzel", "shakshuka", "pad thai", "clam chowder",
    "beef empanada", "goat curry", "tarte tatin", "fish taco", "duck confit", "pierogi", "falafel platter",
    "roast chicken", "key lime pie", "bibimbap", "mussel stew", "Caesar salad",
)  # fmt: skip
DRINKS = ("house red", "iced tea", "mezcal sour", "flat white", "dry cider", "mango lassi", "local lager")
STAFF = ("waiter", "waitress", "host", "bartender", "manager", "owner", "sommelier")
COMPANY = ("my sister", "two colleagues", "the whole family", "an old friend", "our neighbours", "my parents")
WAITS = ("ten minutes", "a quarter of an hour", "half an hour", "forty minutes", "almost an hour")

SLOTS = {"dish": DISHES, "drink": DRINKS, "staff": STAFF, "company": COMPANY, "wait": WAITS}

# Short texts that several guests write; such rows are no duplicates.
COMMON_TEXTS = {
    "good": ("Great food, will come again.", "Loved it!", "Lovely 😊"),
    "fair": ("It was okay.", "Average, nothing more.", "Fine for a quick lunch."),
    "poor": ("Never again.", "Cold food, slow service.", "Not worth the money."),
}

# Sentences that CSV readers often parse wrongly; inserted into 15 % of the reviews.
TEXT_EDGE_CASES = (
    'Our table called it "the talk of the evening", and I agree.',
    'The menu says "market price", then "ask your waiter", then nothing.',
    "Starter | main | dessert, in that order.",
    "Parking: none; bus stop: two streets away; bicycle stand: full.",
    "Food, drinks, tip, tax: it all adds up.",
    "🍕🍷 👨‍👩‍👧‍👦",
    "Très à la mode, señor: naïve façade, jalapeño coöperation, ž ł ø ß.",
    "الطعام هنا له طعم خاص",
    "האוכל כאן מיוחד",
    "料理の写真も撮りました。",
    "The website still shows <b>last year's</b> menu &amp; prices.",
    "=SUM(A1:A3) is what the bill looked like.",
    'The 12" plate hardly fits the table.',
    "The sign at the door reads: '); DROP the mic --",
)

EXTRA_FIELDS = ("voucher", "table 12", "see attachment", "newsletter", "repeat guest")
