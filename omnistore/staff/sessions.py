"""Sessions in the database, as Django keeps them, under keys that can be looked up."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions


class SessionStore(DatabaseSessions):
    """A cookie may hold anything; a NUL, which PostgreSQL refuses to look for, is no key of ours."""

    def _validate_session_key(self, key: str | None) -> bool:
        return super()._validate_session_key(key) and "\0" not in (key or "")  # type: ignore[misc]
