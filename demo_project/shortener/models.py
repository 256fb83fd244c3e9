"""The table of short links.

Flask: none. Django: models.
"""

import secrets

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.urls import reverse

#: Letters and digits that nobody mistakes for one another.
CODE_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
CODE_LENGTH = 6


def new_code() -> str:
    """Draw a code for a link."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


class Link(models.Model):
    """A long address and the code that stands for it."""

    code = models.SlugField(max_length=20, unique=True, default=new_code)
    target = models.URLField(max_length=2000, validators=[URLValidator(["http", "https"])])
    title = models.CharField(max_length=100, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="links", null=True, blank=True
    )
    visits = models.PositiveIntegerField(default=0, editable=False)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created", "-pk"]

    def __str__(self) -> str:
        return self.title or self.target

    def get_absolute_url(self) -> str:
        """Return the page of the link, which a mounted application shows."""
        return reverse("links:show", kwargs={"code": self.code})
