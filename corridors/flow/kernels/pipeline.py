"""How kernels are compiled: with what they need of numba's passes, and no others.

Kernels have no closures, generators, contexts or expressions of whole arrays. What numba looks
for them in every function takes a tenth of the time.
"""

from __future__ import annotations

from typing import Any

from numba.core import typed_passes, untyped_passes
from numba.core.compiler import Compiler
from numba.core.compiler_machinery import PassManager, register_pass

from corridors.flow.kernels.inference import Inference
from corridors.flow.kernels.library import Part, Whole
from corridors.flow.kernels.lowering import Short


@register_pass(mutates_CFG=True, analysis_only=False)
class _Lowering(typed_passes.BaseNativeLowering):
    """Translates a kernel for LLVM."""

    _name: Any = "short_lowering"

    @property
    def lowering_class(self) -> Any:
        """What does it."""
        return Short


@register_pass(mutates_CFG=False, analysis_only=True)
class _Ending(typed_passes.IRLegalization):
    """Says where variables end, which only those are asked that are counted."""

    _name = "kernel_endings"

    def run_pass(self, state: Any) -> bool:
        """Say so."""
        return bool(state.flags.nrt) and bool(super().run_pass(state))


_Inference = register_pass(mutates_CFG=True, analysis_only=False)(Inference)


_PASSES = (
    (untyped_passes.TranslateByteCode, "analyzing bytecode"),
    (untyped_passes.FixupArgs, "fix up args"),
    (untyped_passes.IRProcessing, "processing IR"),
    (untyped_passes.GenericRewrites, "nopython rewrites"),
    (untyped_passes.ReconstructSSA, "ssa"),
    (_Inference, "nopython frontend"),
    (typed_passes.PreLowerStripPhis, "remove phis nodes"),
    (_Ending, "say where variables end"),
    (typed_passes.AnnotateTypes, "annotate types"),
    (_Lowering, "native lowering"),
    (typed_passes.NoPythonBackend, "nopython mode backend"),
)


def passes() -> PassManager:
    """Return the passes that a kernel goes through."""
    found = PassManager("kernel")
    for one, what in _PASSES:
        found.add_pass(one, what)
    found.finalize()
    return found


def compile_kernel(compiler: Any, function: Any) -> Any:
    """Compile a kernel, or a part of one, as a compiler says."""
    state = compiler.state
    kind = Part if compiler.is_part else Whole
    library = kind(state.targetctx.codegen(), function.__qualname__)
    library.enable_object_caching()
    library.counts = bool(state.flags.nrt)
    state.library = library
    return Compiler.compile_extra(compiler, function)
