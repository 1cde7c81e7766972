"""How kernels are compiled, those of the proofs in all by numba alone, and kept.

What was compiled is kept on disk beside its module until that module changes.
numba does not see that a *part* of a kernel has changed which stands in another
module; whoever changes one removes what was kept (the tests do so by themselves).
"""

from __future__ import annotations

import gc
import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from llvmlite.binding import parse_bitcode
from numba import njit
from numba.core import event
from numba.core.caching import FunctionCache
from numba.core.codegen import JITCodeLibrary
from numba.core.runtime.nrt import rtsys

if TYPE_CHECKING:
    from collections.abc import Callable

    from numba.core.event import Event


class _Late(JITCodeLibrary):
    """Compiled code as it was kept, and how others may be compiled with it once one asks.

    Only a kernel that is compiled and calls this one needs to know more of it than where it lies;
    to read that takes half the time of the rest.
    """

    _unread: bytes | None = None

    @classmethod
    def _unserialize(cls, codegen: Any, state: Any) -> Any:
        """Return what was kept."""
        name, kind, content = state
        if kind != "object":
            return super()._unserialize(codegen, state)
        self = codegen.create_library(name)
        compiled_code, self._unread = content
        self.enable_object_caching()
        self._set_compiled_object(compiled_code)
        self._finalize_final_module()
        return self

    def get_pointer_to_function(self, name: str) -> int:
        """Return where a function lies, 0 where there is none."""
        self._ensure_finalized()
        return int(self._codegen._engine.get_function_address(name))

    def _get_module_for_linking(self) -> Any:
        """Return what a kernel is compiled with that calls this one."""
        if self._unread is not None:
            unread, self._unread = self._unread, None
            self._shared_module = parse_bitcode(unread)
            self._codegen._engine._load_defined_symbols(self._shared_module)
        return super()._get_module_for_linking()


class _Kept(FunctionCache):
    """Finds on disk what was compiled, without making ready to compile.

    By itself numba first brings together all that it can translate, of scipy and cffi too, which
    takes longer than to read every kernel. Only what is not found needs that, and asks for it
    again when it is compiled.
    """

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return what was compiled for a signature; None where it is not kept."""
        try:
            return self._read(sig, target_context)
        except AttributeError:
            # A release that keeps in another way reads it in its own.
            return super().load_overload(sig, target_context)

    def _read(self, sig: Any, target_context: Any) -> Any:
        # What asks for memory and gives it back is no part of what is kept.
        rtsys.initialize(target_context)
        codegen = target_context.codegen()
        kind = codegen._library_class
        if kind is JITCodeLibrary:
            codegen._library_class = _Late
        try:
            with self._guard_against_spurious_io_errors():
                return self._load_overload(sig, target_context)
        finally:
            codegen._library_class = kind


def kept(**options: Any) -> Callable[[Any], Any]:
    """Return what compiles kernels with these options and keeps them on disk."""

    def compiles(function: Any) -> Any:
        kernel = njit(**options)(function)
        # Where nothing is to be compiled it is the function itself.
        if kernel is not function:
            kernel._cache = _Kept(function)
        return kernel

    return compiles


plain = kept(error_model="numpy", no_cfunc_wrapper=True)
"""Compiles a kernel of the proofs, by numba alone; `corridors.flow.kernels` compiles all others."""

plain_part = partial(njit, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)()
"""Compiles a part of a kernel of the proofs, without the doors that Python would need."""

LOG = logging.getLogger(__name__)
"""Says, once in a process, that kernels are being compiled."""


class _Pause(event.Listener):
    """Keeps the collector of circular garbage still while a kernel is compiled.

    The compiler makes millions of objects that live until it is done; to search
    them again and again for circles takes a quarter of its time.
    """

    def __init__(self) -> None:
        self._depth = 0
        self._collects = False
        self._said = False

    def on_start(self, event: Event) -> None:
        """Stop collecting when the outermost function begins; say so where it is one of ours."""
        if not self._depth:
            self._collects = gc.isenabled()
            gc.disable()
            ours = event.data["dispatcher"].py_func.__module__.startswith("corridors.")
            if ours and not self._said:
                self._said = True
                LOG.info("compiling kernels, which are kept for the next run")
        self._depth += 1

    def on_end(self, event: Event) -> None:  # noqa: ARG002 - the signature of numba
        """Collect again when the outermost function is done."""
        self._depth -= 1
        if not self._depth and self._collects:
            gc.enable()


event.register("numba:compile", _Pause())
