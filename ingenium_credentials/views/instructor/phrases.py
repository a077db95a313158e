"""A rule's condition in one plain sentence, also while it is still being written."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from .nodes import Node
from .shown import Options

__all__ = ["requirement", "sentence"]

_GAP = "…"


def sentence(root: Node, options: Options) -> str:
    """Who earns it, in words; what is not entered yet shows as “…”."""
    names = options.names
    if not root.children:
        return _("Nobody earns it yet: there is no requirement.")
    return _("A learner earns it who %(does)s.") % {"does": _phrase(root, names, outermost=True)}


def requirement(leaf: Node, options: Options) -> str:
    """One requirement, or a group of them, in words, such as “passes “MED101” with at least 80 %”."""
    return _phrase(leaf, options.names, outermost=True)


def _phrase(node: Node, names: Mapping[str, str], *, outermost: bool = False) -> str:
    if not node.is_group:
        return _LEAVES[node.kind](node, names)
    parts = [_phrase(child, names) for child in node.children]
    if not parts:
        return _GAP
    if len(parts) == 1:
        return parts[0]
    joined = _join(node, parts)
    return joined if outermost else f"({joined})"


def _join(node: Node, parts: list[str]) -> str:
    if node.kind == "at_least":
        return _("does at least %(least)s of these %(count)d: %(parts)s") % {
            "least": _text(node, "least"),
            "count": len(parts),
            "parts": "; ".join(parts),
        }
    form = _("%(first)s and %(second)s") if node.kind == "all" else _("%(first)s or %(second)s")
    return form % {"first": ", ".join(parts[:-1]), "second": parts[-1]}


def _text(node: Node, name: str) -> str:
    return next((text.strip() for text in node.texts.get(name, []) if text.strip()), _GAP)


def _quoted(text: str) -> str:
    """In the quotation marks of the reader's language."""
    return pgettext("quotation marks", "“%(text)s”") % {"text": text}


def _list(node: Node, name: str) -> list[str]:
    lines = "\n".join(node.texts.get(name, []))
    return [line.strip() for line in lines.splitlines() if line.strip()]


def _named(node: Node, name: str, names: Mapping[str, str]) -> str:
    text = _text(node, name)
    return _quoted(names.get(text, text)) if text != _GAP else _GAP


def _with_terms(node: Node, phrase: str) -> str:
    terms = []
    if (grade := _text(node, "min_grade")) != _GAP:
        terms.append(_("with at least %(grade)s %%") % {"grade": grade.removesuffix("%").strip()})
    if modes := _list(node, "modes"):
        terms.append(_("as %(modes)s") % {"modes": _or(modes)})
    return " ".join([phrase, *terms])


def _or(words: list[str]) -> str:
    if len(words) < 2:
        return words[0] if words else _GAP
    return _("%(first)s or %(second)s") % {"first": ", ".join(words[:-1]), "second": words[-1]}


def _course_passed(node: Node, names: Mapping[str, str]) -> str:
    return _with_terms(node, _("passes %(course)s") % {"course": _named(node, "course", names)})


def _certificate_issued(node: Node, names: Mapping[str, str]) -> str:
    phrase = _("has the certificate of %(course)s") % {"course": _named(node, "course", names)}
    return _with_terms(node, phrase)


def _category_grade(node: Node, names: Mapping[str, str]) -> str:
    return _("reaches %(grade)s %% in “%(part)s” of %(course)s") % {
        "grade": _text(node, "min_grade"),
        "part": _text(node, "category"),
        "course": _named(node, "course", names),
    }


def _subsection_grade(node: Node, names: Mapping[str, str]) -> str:
    return _("reaches %(grade)s %% in the subsection %(part)s of %(course)s") % {
        "grade": _text(node, "min_grade"),
        "part": _block(node),
        "course": _named(node, "course", names),
    }


def _block_completed(node: Node, names: Mapping[str, str]) -> str:
    return _("completes the unit %(part)s of %(course)s") % {
        "part": _block(node),
        "course": _named(node, "course", names),
    }


def _block(node: Node) -> str:
    """Its name; without one the last part of its id, which people recognise best."""
    name = _text(node, "name")
    return _quoted(name) if name != _GAP else _text(node, "block").rpartition("@")[2]


def _enrolled(node: Node, names: Mapping[str, str]) -> str:
    return _("is enrolled in %(course)s as %(modes)s") % {
        "course": _named(node, "course", names),
        "modes": _or(_list(node, "modes")),
    }


def _cohort(node: Node, names: Mapping[str, str]) -> str:
    return _("belongs to the cohort %(cohorts)s of %(course)s") % {
        "cohorts": _or(_list(node, "cohorts")),
        "course": _named(node, "course", names),
    }


def _time_window(node: Node, names: Mapping[str, str]) -> str:
    course = _named(node, "course", names)
    since, until = (_text(node, name).replace("T", " ") for name in ("from", "until"))
    if until == _GAP:
        return _("passes %(course)s from %(since)s UTC on") % {"course": course, "since": since}
    if since == _GAP:
        return _("passes %(course)s until %(until)s UTC") % {"course": course, "until": until}
    return _("passes %(course)s between %(since)s and %(until)s UTC") % {
        "course": course,
        "since": since,
        "until": until,
    }


def _credential_held(node: Node, names: Mapping[str, str]) -> str:
    return _("holds the credential %(definition)s") % {"definition": _named(node, "definition", names)}


def _sources(node: Node, names: Mapping[str, str]) -> str:
    named = [*_list(node, "courses"), *_list(node, "definitions")]
    return ", ".join(_quoted(names.get(text, text)) for text in named) or _GAP


def _ects(node: Node, names: Mapping[str, str]) -> str:
    return _("collects at least %(least)s ECTS from %(sources)s") % {
        "least": _text(node, "least"),
        "sources": _sources(node, names),
    }


def _universities(node: Node, names: Mapping[str, str]) -> str:
    least = _text(node, "least")
    number = int(least) if least.isascii() and least.isdigit() and len(least) < 4 else 2
    return ngettext(
        "learns at %(least)s university or more with %(sources)s",
        "learns at %(least)s universities or more with %(sources)s",
        number,
    ) % {"least": least, "sources": _sources(node, names)}


def _manual_approval(_node: Node, _names: Mapping[str, str]) -> str:
    return _("is approved by the course staff")


_LEAVES: dict[str, Callable[[Node, Mapping[str, str]], str]] = {
    "course_passed": _course_passed,
    "certificate_issued": _certificate_issued,
    "category_grade": _category_grade,
    "subsection_grade": _subsection_grade,
    "block_completed": _block_completed,
    "enrolled": _enrolled,
    "cohort": _cohort,
    "time_window": _time_window,
    "credential_held": _credential_held,
    "ects": _ects,
    "universities": _universities,
    "manual_approval": _manual_approval,
}
