"""``python -m flaskish``: the command line, under the import alias if it is asked for.

Flask: ``python -m flask``. Django: ``python -m django``.
"""

import sys


def main() -> None:
    """Run the command line. ``--as-flask`` makes ``flask`` and ``werkzeug`` mean flaskish."""
    if "--as-flask" in sys.argv[1:]:
        # Not an option of the command line itself: the alias has to come before all imports, and
        # the reloader starts the program again with the same arguments.
        from . import as_flask  # noqa: F401

    from .cli import cli

    cli.main(args=[argument for argument in sys.argv[1:] if argument != "--as-flask"])


if __name__ == "__main__":
    main()
