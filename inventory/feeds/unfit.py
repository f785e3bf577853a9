"""A field that cannot be used, for readers that look at one field after the other."""

from inventory.feeds.facts import BadRow


class Unfit(ValueError):
    """Which field, what it holds as a sentence shows it, and what was expected."""

    def __init__(self, code: str, field: str, value: str, expected: str) -> None:
        super().__init__(f"{field}: expected {expected}")
        self.code = code
        self.field = field
        self.value = value
        self.expected = expected

    def bad_row(self, *, line_number: int, raw: str, part: int = 0) -> BadRow:
        """The rejection of the line that holds the field."""
        return BadRow(
            line_number=line_number,
            code=self.code,
            field=self.field,
            value=self.value,
            expected=self.expected,
            raw=raw,
            part=part,
        )
