"""How the kernels of the engine and of the queues are compiled.

Compiling takes as long as a kernel has operations, and each function of numpy that
it calls brings its own. So kernels loop rather than assign slices to slices, which
would bring the words of an error with them, sort and search by hand or outside,
and are given their work space instead of asking for it.

They ask little of numba: loops over numbers and arrays. So they go another way through it
(`pipeline`): fewer looks at each (`inference`), fewer words for each (`lowering`), named tuples
handed on by where they lie (`reference`), and LLVM once for a kernel and
its parts (`library`). Kernels of the proofs share nothing of that (`corridors.flow.compiling`).
"""

from __future__ import annotations

from functools import partial

from numba import njit

from corridors.flow.compiling import kept
from corridors.flow.kernels.entrance import PartCompiler, WholeCompiler
from corridors.flow.kernels.reference import by_reference

__all__ = ["allocating_inner", "by_reference", "compiled", "inner", "lean"]

compiled = kept(pipeline_class=WholeCompiler, error_model="numpy", no_cfunc_wrapper=True, _nrt=True)
"""Compiles a kernel that Python calls; what was compiled is kept on disk."""

lean = kept(pipeline_class=WholeCompiler, error_model="numpy", no_cfunc_wrapper=True, _nrt=False)
"""Compiles, as `compiled` does, a kernel that asks for no memory and returns no array.

numba counts references to arrays wherever one is named. Such a kernel goes without, as parts of
numba itself do: its arrays are its caller's. It may call what asks for memory, but take no new
array from it.
"""

inner = partial(
    njit, pipeline_class=PartCompiler, error_model="numpy", no_cpython_wrapper=True,
    no_cfunc_wrapper=True, _nrt=False,
)()  # fmt: skip
"""Compiles a part of a kernel that asks for no memory, without the doors that Python would need.

One that asks for memory all the same is not compiled: the error speaks of returning an array.
"""

allocating_inner = partial(
    njit, pipeline_class=PartCompiler, error_model="numpy", no_cpython_wrapper=True,
    no_cfunc_wrapper=True, _nrt=True,
)()  # fmt: skip
"""Compiles a part of a kernel that asks for memory, or returns an array."""
