"""URLs of Django's own kind, which ``links.py`` has below one of its prefixes.

Flask: ``app.include``. Django: a URLconf with a class-based view.
"""

from django.urls import path
from django.views.generic import YearArchiveView

from .models import Link

urlpatterns = [
    path(
        "<int:year>/",
        YearArchiveView.as_view(model=Link, date_field="created", make_object_list=True),
        name="year",
    )
]
