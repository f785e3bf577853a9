"""Pages of the promotions app."""
