"""Lets ``python -m corridors.cli`` do what ``corridors`` does."""

from corridors.cli.start import main

if __name__ == "__main__":
    main()
