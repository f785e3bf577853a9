"""What a person has entered of the codes of an authenticator app; the app itself and passkeys are allauth's rows."""

from django.conf import settings
from django.db import models
from django.db.models import Q

# Wrong codes of a person, wherever they are entered, before they must wait.
MOST_WRONG_CODES = 5


class CodeTries(models.Model):
    """A person's wrong codes since the last right one, and the newest code used. Taken before a code is looked at."""

    staff_member = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="code_tries"
    )
    tries = models.PositiveSmallIntegerField(default=0)
    since = models.DateTimeField()
    # A code belongs to half a minute, counted from 1970 (RFC 6238); none of that one or before is taken again.
    last_step = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(tries__lte=MOST_WRONG_CODES), name="staff_code_tries_limited"),
        ]

    def __str__(self) -> str:
        return f"{self.tries} wrong codes of {self.staff_member}"
