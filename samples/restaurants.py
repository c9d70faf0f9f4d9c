"""The reference file: the restaurants that the sources review."""

RESTAURANT_INFO_FILE = "tastetrend_restaurant_info.csv"
RESTAURANT_INFO = (
    ("restaurant_name", "address", "avg_stars", "total_reviews"),
    ("The Copper Ladle", "12 Quay Street, Downtown", "4.2", "214"),
    ("Harbor & Vine", "3 Customs Row, Downtown", "3.9", "188"),
    ("Nine Lanterns", "Market Hall, Unit 9, Downtown", "4.5", "212"),
    ("Osteria Belvedere", "4 Mill Lane, Eastside", "4.1", "602"),
    ("Saffron Court", "77 Orchard Road, Eastside", "4.4", "590"),
    ("Zum Alten Kran", "1 Crane Yard, Eastside", "3.6", "592"),
    ("Blue Heron Grill", "Theatre Row 7, Midtown", "3.8", "287"),
    ("Casa Piñata", "25 Arcade, Midtown", "4.0", "301"),
    ("Noodle Foundry", "140 Foundry Street, Midtown", "4.3", "283"),
    ("Maison Quenelle", "90 Crescent Hill, Uptown", "4.6", "548"),
    ("The Gilded Fig", "8 Belvedere Park, Uptown", "3.7", "561"),
    ("Taverna Lykos", "31 Stairway Lane, Uptown", "4.1", "546"),
)
