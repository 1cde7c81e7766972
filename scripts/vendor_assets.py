"""Fetch the browser libraries that the maps are made of, and list what was fetched.

Run it with npm and the network at hand; the package itself never downloads anything::

    python scripts/vendor_assets.py           # fetch, write, list
    python scripts/vendor_assets.py --check   # compare the files with the list, offline

Each file is copied byte for byte out of the npm package, next to the licence of
that package. ``corridors/assets/vendored.csv`` says for every file where it comes
from, and its SHA-256.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

ASSETS = Path(__file__).resolve().parent.parent / "corridors" / "assets"
LIST = ASSETS / "vendored.csv"
COLUMNS = ("file", "sha256", "bytes", "package", "version", "member", "licence")


class Package(NamedTuple):
    """An npm package at a fixed version, and the members taken out of it."""

    name: str
    version: str
    integrity: str
    licence: str
    members: tuple[str, ...]
    """Of the archive."""


PACKAGES = (
    Package(
        "leaflet",
        "1.9.3",
        "sha512-iB2cR9vAkDOu5l3HAay2obcUHZ7xwUBBjph8+PGtmW/2lYhbLizWtG7nTeYht36WfOslixQF9D/uSIzhZgGMfQ==",
        "BSD-2-Clause",
        (
            "dist/leaflet.js",
            "dist/leaflet.css",
            "dist/images/layers.png",
            "dist/images/layers-2x.png",
            "dist/images/marker-icon.png",
            "LICENSE",
        ),
    ),
)


def fetch(package: Package, folder: Path) -> Path:
    """Download the archive of `package` with npm and return where it lies."""
    spec = f"{package.name}@{package.version}"
    done = subprocess.run(
        ["npm", "pack", "--json", "--silent", spec],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    (answer,) = json.loads(done.stdout)
    if answer["integrity"] != package.integrity:
        sys.exit(f"{spec}: the registry sends {answer['integrity']}, not {package.integrity}")
    return folder / str(answer["filename"])


def target(package: Package, member: str) -> Path:
    """Return where a member is kept; the inner layout stays, since CSS names its images by it."""
    return Path(package.name, member.removeprefix("dist/"))


def vendor() -> None:
    """Fetch every package, write its members, and write the list."""
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        for package in PACKAGES:
            with tarfile.open(fetch(package, Path(temporary))) as archive:
                for member in package.members:
                    stream = archive.extractfile(f"package/{member}")
                    if stream is None:
                        sys.exit(f"{package.name}: no member {member}")
                    content = stream.read()
                    file = target(package, member)
                    (ASSETS / file).parent.mkdir(parents=True, exist_ok=True)
                    (ASSETS / file).write_bytes(content)
                    digest = hashlib.sha256(content).hexdigest()
                    rows.append(
                        (
                            file.as_posix(),
                            digest,
                            len(content),
                            package.name,
                            package.version,
                            member,
                            package.licence,
                        )
                    )
    with LIST.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(sorted(rows))


def check() -> list[str]:
    """Return what differs between the files and the list."""
    problems = []
    with LIST.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            path = ASSETS / row["file"]
            if not path.exists():
                problems.append(f"{row['file']}: missing")
            elif hashlib.sha256(path.read_bytes()).hexdigest() != row["sha256"]:
                problems.append(f"{row['file']}: differs from its SHA-256 in {LIST.name}")
    return problems


def main() -> None:
    """Fetch, or with ``--check`` compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare the files with the list")
    if not parser.parse_args().check:
        vendor()
    problems = check()
    if problems:
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()
