"""The requests written by hand, by application.

Flask: what its documentation promises and what its users stumble over. Django: none.
"""

from __future__ import annotations

from exchange import Cases

from . import answers, bodies, functions, made_up, state, surroundings, urls

CATALOGUE: dict[str, Cases] = {
    **urls.CATALOGUE,
    **bodies.CATALOGUE,
    **answers.CATALOGUE,
    **state.CATALOGUE,
    **surroundings.CATALOGUE,
    **functions.CATALOGUE,
    **made_up.CATALOGUE,
}
