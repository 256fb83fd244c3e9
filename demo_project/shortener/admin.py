"""The short links in Django's admin.

Flask: none. Django: ``ModelAdmin``.
"""

from django.contrib import admin

from .models import Link


@admin.register(Link)
class LinkAdmin(admin.ModelAdmin):
    list_display = ["code", "title", "target", "owner", "visits", "created"]
    list_filter = ["owner"]
    search_fields = ["code", "title", "target"]
