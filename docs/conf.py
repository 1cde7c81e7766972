"""How the documentation is built: ``make docs``, warnings as errors, no other host asked."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import latex2mathml.converter
from docutils.nodes import SkipNode

import corridors

if TYPE_CHECKING:
    from sphinx.application import Sphinx

HERE = Path(__file__).parent
NOTEBOOKS = HERE.parent / "notebooks"
GALLERY = HERE / "gallery"
"""What is made anew for each build: pages of the notebooks, and the drawing of the house."""
MADE = HERE / "made"
"""Whole pages that are made for each build and stand beside the others: the explorer."""
DAY, SCENARIO = "2025-09-12", "poland-closure-2025"

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
# The answer is part of the first page; the explorer is a page of its own kind.
exclude_patterns = ["_build", "gallery/README.md", "answer.md", "made"]
MADE.mkdir(exist_ok=True)
html_extra_path = ["made"]
html_static_path = ["_static"]
html_js_files = ["reach.js"]
html_css_files = ["first.css"]

# Headings are anchors, so that pages may point at parts of others.
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
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
    target = GALLERY
    target.mkdir(exist_ok=True)
    for notebook in sorted(NOTEBOOKS.glob("*.ipynb")):
        # Maps are made by those who run the notebook; a page of this kind has none to point at.
        text = re.sub(
            r"\[([^\[\]\n]+)\]\(\.\./maps/[^)\n]+\)", r"\1", notebook.read_text(encoding="utf-8")
        )
        (target / notebook.name).write_text(text, encoding="utf-8")
    for picture in sorted(NOTEBOOKS.glob("*.png")):
        shutil.copyfile(picture, target / picture.name)


def house(_: Sphinx) -> None:
    """Draw the house from its code."""
    place = HERE.parent / "scripts" / "house.py"
    spec = importlib.util.spec_from_file_location("house_plan", place)
    assert spec is not None
    assert spec.loader is not None
    plan = importlib.util.module_from_spec(spec)
    # Its classes look themselves up by name.
    sys.modules["house_plan"] = plan
    spec.loader.exec_module(plan)
    drawn = plan.drawing(plan.read_house(HERE.parent / "corridors"))
    (GALLERY / "house.svg").write_text(drawn, encoding="utf-8")


def explorer(app: Sphinx) -> None:
    """Make the explorer that the first page shows; `explorer.html` is the page about it."""
    if app.builder.name == "html":
        page = corridors.explorer(corridors.load(), [SCENARIO], as_of=DAY)
        page.save(MADE / "shut-and-see.html")


def captions(_: Sphinx, __: str, ___: str, context: dict[str, Any], ____: Any) -> None:
    """Say of which rank the headings in the list of pages are, which the theme leaves out."""
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = tree.replace(
        'role="heading"', 'role="heading" aria-level="2"'
    )


def formula(translator: Any, node: Any) -> None:
    """Write a formula as MathML."""
    display = "block" if node.tagname == "math_block" else "inline"
    translator.body.append(latex2mathml.converter.convert(node.astext(), display=display))
    raise SkipNode


def setup(app: Sphinx) -> None:
    """Tell Sphinx what happens before it reads, and who writes formulas."""
    app.add_html_math_renderer("mathml", (formula, None), (formula, None))
    app.connect("builder-inited", gallery)
    app.connect("builder-inited", house)
    app.connect("builder-inited", explorer)
    # After the theme has made its list.
    app.connect("html-page-context", captions, priority=900)
