"""The little Markdown that credentials hold, as safe HTML: headings, lists, bold, paragraphs.

Everything is escaped first. Links and pictures stay text: a credential may come from
anybody, and its words must not lead a reader elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

__all__ = ["render"]

_LONGEST = 50_000


def render(text: str, *, top_level: int = 3) -> SafeString:
    """`text` as HTML whose highest heading is `top_level`."""
    blocks = re.split(r"\n\s*\n", text[:_LONGEST].replace("\r\n", "\n").strip())
    return mark_safe("\n".join(html for block in blocks for html in _block(block, top_level)))  # noqa: S308  (escaped in _inline)


def _block(block: str, top_level: int) -> Iterator[str]:
    for kind, lines in groupby(block.split("\n"), _kind):
        texts = [_inline(_bare(line)) for line in lines]
        if kind == "item":
            yield "<ul>" + "".join(f"<li>{text}</li>" for text in texts) + "</ul>"
        elif kind == "heading":
            yield from (f"<h{top_level}>{text}</h{top_level}>" for text in texts)
        elif any(texts):
            yield f"<p>{'<br>'.join(texts)}</p>"


def _kind(line: str) -> str:
    if re.match(r"\s{0,3}[-*+] ", line):
        return "item"
    return "heading" if re.match(r"#{1,6} ", line) else "text"


def _bare(line: str) -> str:
    return re.sub(r"^(\s{0,3}[-*+] |#{1,6} )", "", line).strip()


def _inline(text: str) -> str:
    """Escaped, with `**…**` in bold: one walk over the pieces, whatever a stranger has written."""
    pieces = escape(text).split("**")
    done, bold = [pieces[0]], None
    for piece in pieces[1:]:
        if bold is None and piece[:1].strip():
            bold = [piece]
        elif bold is not None and bold[-1][-1:].strip():
            done += ["<strong>", "**".join(bold), "</strong>", piece]
            bold = None
        elif bold is not None:
            bold.append(piece)
        else:
            done += ["**", piece]
    # What was never closed stays as it was written.
    return "".join(done if bold is None else [*done, "**", "**".join(bold)])
