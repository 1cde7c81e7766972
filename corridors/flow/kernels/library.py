"""What LLVM makes of kernels: each by itself, and their parts only inside of them.

By itself numba optimises every part of a kernel three times and translates it into the code of
the machine, although nobody but another kernel can call it, whose own copy is optimised again.
"""

from __future__ import annotations

from typing import Any

from llvmlite.binding.newpassmanagers import (
    create_new_function_pass_manager,
    create_pass_builder,
    create_pipeline_tuning_options,
)
from numba.core import config
from numba.core.codegen import JITCodeLibrary


class Whole(JITCodeLibrary):
    """A kernel with its parts."""

    def finalize(self) -> None:
        """Take in all parts, those of parts among them, and make code of the machine of it."""
        self._linking_libraries = self._all_linked()
        super().finalize()

    def _all_linked(self) -> list[Any]:
        """Return what is linked, and what the parts among it ask for, each once."""
        found: dict[int, Any] = {}
        waiting = list(reversed(self._linking_libraries))
        while waiting:
            library = waiting.pop()
            if id(library) not in found:
                found[id(library)] = library
                if isinstance(library, Part):
                    waiting.extend(reversed(library._linking_libraries))
        return list(found.values())

    def _optimize_functions(self, ll_module: Any) -> None:
        """Put variables into registers, so that less is carried along; the rest comes later."""
        ll_module.data_layout = self._codegen._data_layout
        _, builder = self._codegen._function_pass_manager()
        passes = create_new_function_pass_manager()
        passes.add_sroa_pass()
        passes.add_simplify_cfg_pass()
        for function in ll_module.functions:
            if not function.is_declaration:
                passes.run(function, builder)

    def _optimize_final_module(self) -> None:
        """Optimise once; what counts references to and fro is taken out at the end of it.

        Loops stay as they are: most go round a few times, and to write each of them down several
        times over takes as long as all the rest.
        """
        asked: Any = config
        options = create_pipeline_tuning_options(int(asked.OPT))
        options.loop_vectorization = bool(asked.LOOP_VECTORIZE)
        options.slp_vectorization = bool(asked.SLP_VECTORIZE)
        options.loop_unrolling = options.loop_interleaving = False
        builder = create_pass_builder(self._codegen._tm, options)
        passes = builder.getModulePassManager()
        if asked.LLVM_REFPRUNE_PASS:
            passes.add_refprune_pass()
        passes.run(self._final_module, builder)


class _Nowhere:
    """Where a part's environment is put: nobody asks for it."""

    def set_env(self, name: str, env: Any) -> None:
        """Do nothing."""


class Part(Whole):
    """A part of kernels, kept as it is until one of them takes it in."""

    codegen = _Nowhere()

    def finalize(self) -> None:
        """Leave all to the kernel."""
        self._raise_if_finalized()
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:  # noqa: ARG002 - the signature of numba
        """Say that there is none."""
        self._ensure_finalized()
        return 0
