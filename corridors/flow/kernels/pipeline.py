"""How kernels are compiled: with what they need of numba's passes, and no others.

Kernels have no closures, generators, contexts or expressions of whole arrays. What numba looks
for them in every function takes a tenth of the time.
"""

from __future__ import annotations

from typing import Any

from numba.core import typed_passes, untyped_passes
from numba.core.compiler import Compiler
from numba.core.compiler_machinery import PassManager, register_pass
from numba.core.ir_utils import build_definitions
from numba.core.rewrites.registry import rewrite_registry
from numba.core.ssa import reconstruct_ssa
from numba.core.transforms import canonicalize_cfg

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


@register_pass(mutates_CFG=True, analysis_only=False)
class _Blocks(untyped_passes.IRProcessing):
    """Joins blocks that follow each other."""

    _name = "kernel_blocks"

    def run_pass(self, state: Any) -> bool:
        """Join them."""
        if state.func_ir.is_generator:
            raise NotImplementedError
        state.func_ir.blocks = canonicalize_cfg(state.func_ir.blocks)
        return True


@register_pass(mutates_CFG=True, analysis_only=False)
class _Rewrites(untyped_passes.GenericRewrites):
    """Puts constants where they are named, for raises and indices among others."""

    _name = "kernel_rewrites"

    def run_pass(self, state: Any) -> bool:
        """Put them there. When variables live is looked up later, where they are counted."""
        blocks = state.func_ir.blocks
        for kind in rewrite_registry.rewrites["before-inference"]:
            rewrite, waiting = kind(state), list(blocks.items())
            while waiting:
                at, block = waiting.pop()
                if rewrite.match(state.func_ir, block, state.typemap, state.calltypes):
                    blocks[at] = rewrite.apply()
                    waiting.append((at, blocks[at]))
        return True


@register_pass(mutates_CFG=True, analysis_only=False)
class _Assignments(untyped_passes.ReconstructSSA):
    """Lets each variable be assigned once."""

    _name = "kernel_assignments"

    def run_pass(self, state: Any) -> bool:
        """Name them anew."""
        state.func_ir = reconstruct_ssa(state.func_ir)
        self._patch_locals(state)
        state.func_ir._definitions = build_definitions(state.func_ir.blocks)
        return True


@register_pass(mutates_CFG=True, analysis_only=False)
class _Joints(typed_passes.PreLowerStripPhis):
    """Puts assignments where blocks join."""

    _name = "kernel_joints"

    def run_pass(self, state: Any) -> bool:
        """Put them there."""
        state.func_ir = self._strip_phi_nodes(state.func_ir)
        state.func_ir._definitions = build_definitions(state.func_ir.blocks)
        return True


_Inference = register_pass(mutates_CFG=True, analysis_only=False)(Inference)


_PASSES = (
    (untyped_passes.TranslateByteCode, "analyzing bytecode"),
    (untyped_passes.FixupArgs, "fix up args"),
    (_Blocks, "processing IR"),
    (_Rewrites, "nopython rewrites"),
    (_Assignments, "ssa"),
    (_Inference, "nopython frontend"),
    (_Joints, "remove phis nodes"),
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
    state.library = library
    return Compiler.compile_extra(compiler, function)
