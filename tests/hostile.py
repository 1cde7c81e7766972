"""Text that does something, somewhere: to a terminal, a page, a spreadsheet, a picture, a file.

Each is written from what the program that it is aimed at does with such text.
"""

from __future__ import annotations

TERMINAL = (
    "\x1b[2J", "\x1b]0;owned\x07", "\x1b]8;;http://evil.invalid\x1b\\click\x1b]8;;\x1b\\",
    "\x1b]52;c;b3duZWQ=\x07", "\x1b[31mred", "\x1b[10;10Hthere", "\x1bPq#0\x1b\\", "\x1bc",
    "\x1b[?1049h", "\x1b[6n", "\x1b[8m hidden", "\x9b31m", "\x9d0;owned\x9c", "\x90q\x9c",
    "\x84\x85\x8d", "\x07", "\x08\x08\x08gone", "first\rsecond", "\x0b\x0c", "\x7f\x7f", "\x00nul",
    "\x0e\x0f", "\x1a", "a\tb", "two\nlines", "\x1c\x1d\x1e\x1f",
)  # fmt: skip
DIRECTION = (
    "\u202egnp.exe", "\u202dover", "\u2066one\u2069", "\u2067two", "\u2068three", "\u202aem\u202c",
    "\u202bem", "\u200emark", "\u200fmark", "\u061cmark", "\u2028line", "\u2029paragraph",
    "\ufeffmark", "\ufffe", "\uffff",
)  # fmt: skip
PAGE = (
    "<script>alert(1)</script>", "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</title><script>alert(1)</script>", "--><script>alert(1)</script>", "<!--", "]]>", "&lt;b&gt;",
    '"><svg onload=alert(1)>', "' onmouseover='alert(1)", "javascript:alert(1)",
    "<style>*{}</style>",
    "<base href=//evil.invalid>", "<iframe srcdoc='x'>", "${alert(1)}", "`+alert(1)+`", "{{7*7}}",
    "{% raw %}", "{# no #}", "\\u003cscript\\u003e", "\\x3cscript\\x3e",
    "<a href='data:text/html,x'>",
    "<meta http-equiv=refresh content=0>", "<link rel=stylesheet href=//evil.invalid>", "\\",
    "</textarea>", "<plaintext>", "<ſcript>", "[bold red]markup[/]",
    "[link=http://evil.invalid]x[/link]",
)  # fmt: skip
SPREADSHEET = (
    "=1+1", "=cmd|'/c calc'!A0", '=HYPERLINK("http://evil.invalid","x")', "+1+1", "-1+1",
    "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "'=1+1", "\uff1d1+1", '=DDE("a";"b")',
)  # fmt: skip
PICTURE = ("$\\foo$", "$x_{", "$$", "a $ b $ c", "\\$", "$\\frac{1}{0}$", "%s %d {0}", "_private")
FILE = (
    "../../etc/passwd",
    "nul",
    "a,b;c",
    '"quoted"',
    "''",
    "NaN",
    "1e999",
    "\U0001f6a2",
    "é",
    "e\u0301",
)

HOSTILE = (*TERMINAL, *DIRECTION, *PAGE, *SPREADSHEET, *PICTURE, *FILE)
