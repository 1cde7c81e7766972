"""Every notebook runs from nothing, offline, and prints what it holds.

One kernel runs them, each with no name of another: to start one takes as long as many a notebook.
What a module keeps for itself is the only thing that may be left from the one before.
"""

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


FROM_NOTHING = """%reset -f
import os
os.chdir({folder!r})
del os
assert not [name for name in globals() if name[0] != '_' and name not in
            ('In', 'Out', 'exit', 'quit', 'get_ipython', 'open')]
"""


@pytest.fixture(scope="module")
def kernel():
    """Return what starts a kernel when it is first asked to run something."""
    # Every worker reads this file; to import these takes more than a second.
    from jupyter_client.manager import AsyncKernelManager
    from jupyter_core.utils import run_sync

    manager = AsyncKernelManager(kernel_name="python3")
    yield manager
    if manager.has_kernel:
        run_sync(manager.shutdown_kernel)(now=True)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.ipynb")), ids=lambda p: p.stem)
def test_a_notebook_runs_and_says_what_it_says(path, kernel, tmp_path):
    import nbformat
    from nbclient import NotebookClient

    kept = nbformat.read(path, as_version=4)
    run = nbformat.read(path, as_version=4)
    run.cells.insert(0, nbformat.v4.new_code_cell(FROM_NOTHING.format(folder=str(tmp_path))))
    client = NotebookClient(run, timeout=HANG_S, startup_timeout=HANG_S, km=kernel)
    try:
        client.execute()
    finally:
        if client.kc is not None:
            client.kc.stop_channels()
    assert texts(run) == ["", *texts(kept)], f"{path.name} is out of date: run it again and keep it"
    for picture in tmp_path.glob("*.png"):
        assert (FOLDER / picture.name).is_file()
