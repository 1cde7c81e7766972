"""How the documentation is built: ``make docs``, warnings as errors, no other host asked."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import latex2mathml.converter
from docutils.nodes import SkipNode

import corridors

if TYPE_CHECKING:
    from sphinx.application import Sphinx

HERE = Path(__file__).parent
NOTEBOOKS = HERE.parent / "notebooks"

project = "corridors"
author = "The corridors authors"
project_copyright = author
version = release = corridors.__version__
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
]
exclude_patterns = ["_build", "gallery/README.md"]

# Headings are anchors, so that pages may point at parts of others.
myst_heading_anchors = 4
myst_enable_extensions = ["dollarmath", "deflist"]
# The tests execute the notebooks; the pages show what stands in them.
nb_execution_mode = "off"

# What docstrings put between backticks is code.
default_role = "code"
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
autodoc_typehints = "none"
autodoc_member_order = "alphabetical"
autosummary_generate = True
autosummary_ignore_module_all = False

html_theme = "furo"
# Formulas as MathML, which browsers draw by themselves: no script, and so no other host.
html_math_renderer = "mathml"
html_title = "corridors"
html_show_sphinx = False
html_copy_source = False
# A page that is opened from disk may not read others, to quote them where it found something.
html_show_search_summary = False
html_last_updated_fmt = None
html_theme_options = {"navigation_with_keys": True}


def gallery(_: Sphinx) -> None:
    """Put the notebooks where pages can be made of them."""
    target = HERE / "gallery"
    target.mkdir(exist_ok=True)
    for notebook in sorted(NOTEBOOKS.glob("*.ipynb")):
        # Maps are made by those who run the notebook; a page of this kind has none to point at.
        text = re.sub(
            r"\[([^\[\]\n]+)\]\(\.\./maps/[^)\n]+\)", r"\1", notebook.read_text(encoding="utf-8")
        )
        (target / notebook.name).write_text(text, encoding="utf-8")
    for picture in sorted(NOTEBOOKS.glob("*.png")):
        shutil.copyfile(picture, target / picture.name)


def formula(translator: Any, node: Any) -> None:
    """Write a formula as MathML."""
    display = "block" if node.tagname == "math_block" else "inline"
    translator.body.append(latex2mathml.converter.convert(node.astext(), display=display))
    raise SkipNode


def setup(app: Sphinx) -> None:
    """Tell Sphinx what happens before it reads, and who writes formulas."""
    app.add_html_math_renderer("mathml", (formula, None), (formula, None))
    app.connect("builder-inited", gallery)
