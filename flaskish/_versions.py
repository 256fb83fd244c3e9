"""The releases whose API is offered.

Flask: ``flask --version``. Django: none.
"""

#: The release of each package; what ``importlib.metadata.version`` answers under the alias.
OFFERED_VERSIONS = {"flask": "3.1.3", "werkzeug": "3.1.9"}
