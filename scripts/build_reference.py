"""Make the reference pages from what they describe: schema, commands, public names, tables.

    python scripts/build_reference.py            # writes them
    python scripts/build_reference.py --check    # says which are out of date, exit 1

Written are ``docs/reference/data.md``, ``scenario.md``, ``commands.md``, ``api.md``,
``python.md`` and ``measures.md``, and ``data/README.md``. Nothing in them is typed twice.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from reference.data import data_page, readme_page
from reference.measures import measures_page
from reference.names import api_page, commands_page, python_page, scenario_page

from corridors.files import write_text

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent

PAGES: dict[str, Callable[[], str]] = {
    "docs/reference/data.md": data_page,
    "docs/reference/scenario.md": scenario_page,
    "docs/reference/commands.md": commands_page,
    "docs/reference/api.md": api_page,
    "docs/reference/python.md": python_page,
    "docs/reference/measures.md": measures_page,
    "data/README.md": readme_page,
}


def main() -> None:
    """Write the pages, or say which are out of date."""
    parser = argparse.ArgumentParser(description="Make the reference pages.")
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if outdated")
    options = parser.parse_args()
    outdated = []
    for name, page in PAGES.items():
        path, text = ROOT / name, page()
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        outdated.append(name)
        if not options.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_text(path, text)
    print(f"{'out of date' if options.check else 'wrote'}: {', '.join(outdated) or 'nothing'}")
    sys.exit(1 if options.check and outdated else 0)


if __name__ == "__main__":
    main()
