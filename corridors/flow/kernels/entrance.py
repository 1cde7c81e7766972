"""Where numba hands over a kernel to be compiled.

Nothing that compiles is imported before one is: kernels are mostly read from disk.
"""

from __future__ import annotations

from typing import Any

from numba.core.compiler import Compiler
from numba.core.errors import LoweringError

_STRANGE = AttributeError, ImportError, LoweringError, NotImplementedError, TypeError
"""What a release of numba may answer whose inside is another one."""


class WholeCompiler(Compiler):
    """Compiles a kernel that Python calls."""

    is_part = False

    def compile_extra(self, func: Any) -> Any:
        """Compile a function; in the way of numba itself where a release of it has no other."""
        state = self.state
        try:
            from corridors.flow.kernels.pipeline import compile_kernel

            return compile_kernel(self, func)
        except _STRANGE:
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
