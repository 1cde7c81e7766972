"""Where numba hands over a kernel to be compiled.

Nothing that compiles is imported before one is: kernels are mostly read from disk.
"""

from __future__ import annotations

from typing import Any

import numba
from numba.core.compiler import Compiler
from numba.core.errors import LoweringError

KNOWN = frozenset({"0.68"})
"""Releases of numba whose inside is known, and held against what kernels compute bit by bit."""

_STRANGE = AttributeError, ImportError, LoweringError, NotImplementedError, TypeError
"""What a release of numba may answer whose inside is another one."""


class WholeCompiler(Compiler):
    """Compiles a kernel that Python calls."""

    is_part = False

    def compile_extra(self, func: Any) -> Any:
        """Compile a function; in the way of numba itself where a release of it is not known."""
        state = self.state
        if numba.__version__.rpartition(".")[0] in KNOWN:
            try:
                from corridors.flow.kernels.pipeline import compile_kernel

                return compile_kernel(self, func)
            except _STRANGE:
                pass
        own = Compiler(
            state.typingctx, state.targetctx, None, state.args, state.return_type,
            state.flags, state.locals,
        )  # fmt: skip
        return own.compile_extra(func)

    def define_pipelines(self) -> list[Any]:
        """Return the passes that a kernel goes through."""
        from corridors.flow.kernels.pipeline import passes

        return [passes()]


class PartCompiler(WholeCompiler):
    """Compiles a part of kernels."""

    is_part = True
