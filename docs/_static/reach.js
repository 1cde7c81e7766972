// What is wider than the page is moved sideways, by the keyboard too; only what is wider.
(function () {
  "use strict";
  const WIDE = ".highlight pre, .math-wrapper, .table-wrapper, .cell_output, pre.literal-block";
  function reach() {
    for (const it of document.querySelectorAll(WIDE)) {
      const wider = it.scrollWidth > it.clientWidth || it.scrollHeight > it.clientHeight;
      if (wider) it.setAttribute("tabindex", "0");
      else it.removeAttribute("tabindex");
    }
  }
  document.addEventListener("DOMContentLoaded", function () {
    const named = { ".sidebar-drawer": "All pages", ".toc-drawer": "On this page" };
    for (const [what, name] of Object.entries(named)) {
      const it = document.querySelector(what);
      if (it) it.setAttribute("aria-label", name);
    }
    reach();
  });
  window.addEventListener("load", reach);
  window.addEventListener("resize", reach);
})();
