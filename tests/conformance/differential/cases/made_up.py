"""Requests for what is made up at random, by its number.

Flask: URL routing, data structures, request and response of Werkzeug. Django: none.
"""

from __future__ import annotations

from exchange import Cases, get

_KINDS = ("rules", "structures", "requests", "responses")

CATALOGUE = {
    "made_up": Cases(
        [get(f"/{kind}/{number}") for kind in _KINDS for number in range(150)],
        [f"/{kind}/{{#}}" for kind in _KINDS],
    ),
    "made_up_apps": Cases([get(f"/apps/{number}") for number in range(150)], ["/apps/{#}"] * 2),
}
