"""The command line: thin, and quick to say what it can do.

No heavy library is imported here: each command imports what it needs when it
runs, so that ``corridors --help`` answers at once.
"""

from corridors.cli.start import main

__all__ = ["main"]
