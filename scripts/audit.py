"""Look up the releases that the tests run with in the public list of known faults.

    python scripts/audit.py

Ends with 0 where none has a known fault, 1 where some have, and 2 where the list could
not be had for all of them: what was not looked up is never taken for sound.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def verdict(found: list[dict[str, Any]], expected: int) -> tuple[int, str]:
    """Return the exit code and what is to be said of what was found.

    Parameters
    ----------
    found
        A release each: name, version, `vulns`; or `skip_reason` where it was not looked up.
    expected
        How many there should be.

    Examples
    --------
    >>> sound = {"name": "a", "version": "1", "vulns": []}
    >>> verdict([sound], 1)
    (0, '1 release looked up: no known fault')
    >>> verdict([sound, {"name": "b", "skip_reason": "not found"}], 2)
    (2, '1 of 2 releases looked up, not b: the list of known faults cannot be had from here')
    >>> verdict([{"name": "a", "version": "1", "vulns": [{"id": "X-1", "fix_versions": ["2"]}]}], 1)
    (1, 'a 1: X-1, mended in 2')
    """
    known = [row for row in found if "skip_reason" not in row]
    faults = [
        f"{row['name']} {row['version']}: {fault['id']}, mended in "
        f"{' or '.join(fault['fix_versions']) or 'no release'}"
        for row in known
        for fault in row["vulns"]
    ]
    if faults:
        return 1, "\n".join(faults)
    if len(known) < expected:
        names = [row["name"] for row in found if "skip_reason" in row]
        missing = ", ".join(names[:5]) + (" and others" if len(names) > 5 else "")
        return 2, (
            f"{len(known)} of {expected} releases looked up{f', not {missing}' if names else ''}: "
            "the list of known faults cannot be had from here"
        )
    return 0, f"{expected} release{'s' * (expected != 1)} looked up: no known fault"


def main() -> None:
    """Ask for all of constraints.txt and say what came of it."""
    listed = ROOT / "constraints.txt"
    lines = [line for line in listed.read_text(encoding="utf-8").splitlines() if "==" in line]
    command = [sys.executable, "-m", "pip_audit", "-r", listed, "--no-deps", "--disable-pip",
               "--progress-spinner", "off", "--format", "json"]  # fmt: skip
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        found = []
    code, said = verdict(found, len(lines))
    print(f"audit: {said}")
    if not found and done.stderr.strip():
        print(f"audit: {done.stderr.strip().splitlines()[-1]}")
    sys.exit(code)


if __name__ == "__main__":
    main()
