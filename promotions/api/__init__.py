"""The HTTP API of the promotions: what is on offer where, verdicts, redemptions."""
