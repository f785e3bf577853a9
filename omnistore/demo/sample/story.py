"""What the demo's story is about: the deal that tom publishes, and where it is sold out.

The story itself is told once the files are loaded (`omnistore.demo.story`); here stands what the files must say for it.
"""

from pathlib import Path

from omnistore.demo.sample.numbers import demonstration_number

# Caldergate Ground Coffee, Classic Roast and Dark Roast, by their numbers in the data set.
STORY_SKUS = ("1013407", "994614")
STORY_GTIN = demonstration_number(int(STORY_SKUS[0]))
STORY_PROMOTION = "HL-COFFEE-25"
# Where the deal holds; Evanston, a few miles on, is not among them.
STORY_STORES = ("0412", "0415", "0421", "0108", "0119")
HOME, SOLD_OUT, LEFT_OUT = "0412", "0415", "0437"
STORY_SHORTAGES = tuple((SOLD_OUT, sku) for sku in STORY_SKUS)

# The tills' own stock report: the feed that is late.
POS_STOCK = "pos-stock"


def story_folder(data: Path) -> Path:
    """Where the report lies until it is told of."""
    return data / "story"
