"""Changed stock refreshes the offers it touches."""


def connect() -> None:
    """Called once when the app is ready."""
