"""How the kernels of the engine are compiled.

What was compiled is kept on disk beside its module until that module changes.
numba does not see that a *part* of a kernel has changed which stands in another
module; whoever changes one removes what was kept (the tests do so by themselves).
"""

from __future__ import annotations

from functools import partial

from numba import njit

compiled = partial(njit, cache=True, error_model="numpy")()
"""Compiles a kernel that Python calls; what was compiled is kept on disk."""

inner = partial(
    njit, cache=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True
)()
"""Compiles a part of a kernel, without the doors that Python would need."""
