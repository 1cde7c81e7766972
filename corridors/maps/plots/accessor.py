"""The pictures of a result as its methods: ``result.plot.waterfall()``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from corridors.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Plots:
    """What `corridors.plots` can draw of one result; call it for the usual picture.

    Parameters
    ----------
    result
        What is drawn.
    kinds
        Names of functions of `corridors.plots` that take it.
    usual
        What a call draws; the first of the kinds if None.

    Examples
    --------
    >>> import corridors as co
    >>> closure = co.run(co.load(), "poland-closure-2025")
    >>> closure.plot
    <plots: waterfall, shares, utilisation, before_after>
    >>> closure.plot.shares().get_xlabel()
    'thousand t a day'
    """

    def __init__(
        self, result: Any, kinds: Sequence[str], usual: Callable[..., Any] | None = None
    ) -> None:
        self._result, self._kinds, self._usual = result, tuple(kinds), usual

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Draw the usual picture."""
        draw = self._usual if self._usual is not None else getattr(self, self._kinds[0])
        return draw(*args, **options)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        from corridors.maps import plots

        if name.startswith("_") or name not in self._kinds:
            message = f"no picture {name!r}{nearest(name, self._kinds)}"
            raise AttributeError(message)
        return partial(getattr(plots, name), self._result)

    def __dir__(self) -> list[str]:
        return [*self._kinds]

    def __repr__(self) -> str:
        return f"<plots: {', '.join(self._kinds)}>"
