"""Every notebook runs from a fresh kernel, offline, and prints what it holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from waiting import HANG_S

FOLDER = Path(__file__).parent.parent / "notebooks"


def texts(notebook):
    """Return what each code cell prints or shows as text."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        shown = [
            output.get("text") or output.get("data", {}).get("text/plain", "")
            for output in cell.outputs
            if output.output_type in {"stream", "execute_result", "display_data"}
        ]
        found.append("".join(shown))
    return found


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.ipynb")), ids=lambda p: p.stem)
def test_a_notebook_runs_and_says_what_it_says(path, tmp_path):
    # Every worker reads this file; to import these takes more than a second.
    import nbformat
    from nbclient import NotebookClient

    kept = nbformat.read(path, as_version=4)
    run = nbformat.read(path, as_version=4)
    client = NotebookClient(
        run,
        timeout=HANG_S,
        startup_timeout=HANG_S,
        resources={"metadata": {"path": str(tmp_path)}},
    )
    client.execute()
    assert texts(run) == texts(kept), f"{path.name} is out of date: run it again and keep it"
    for picture in tmp_path.glob("*.png"):
        assert (FOLDER / picture.name).is_file()
