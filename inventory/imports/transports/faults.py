"""What goes wrong when files are fetched, as a code for machines and a sentence for the operator."""


class PullFailed(Exception):
    """Nothing more can be fetched on this visit."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class FileFailed(Exception):
    """One file could not be fetched; the others can."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
