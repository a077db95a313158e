"""Writing a rule: choose what it awards and a template, then edit the tree.

Every button of the tree sends the whole form and gets the page again; nothing is kept
between. What is wrong is said at its field, and a sentence says what the rule means.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from attrs import define
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from ... import api, rules
from ...models import Achievement, AwardRule
from ...rules import MAX_DEPTH, MAX_LEAVES, ConditionError
from ..facts import say
from . import copies, history, options, phrases, trials
from .beginnings import BEGINNINGS, begin
from .forms import RuleForm
from .nodes import Node, fold, packed, unpacked
from .parts import name_blocks
from .shown import Options
from .shown import show as show_tree
from .staff import Course, goto, leave_word, refusal, show, staff_only
from .tree import act, condition_of, of_condition, read

__all__ = ["edit_rule", "new_rule"]


@define
class Draft:
    """A rule in the editor: the row, stored or not yet, with the form and the tree beside it."""

    course: Course
    rule: AwardRule
    form: RuleForm
    tree: Node
    named: Options
    seen_revision: int
    before: str = ""
    """The tree before the last step, packed; empty before there was one."""
    is_changed: bool = False
    """Whether it holds what is not saved."""
    problem: str = ""
    conflict: dict[str, Any] | None = None

    def condition(self) -> dict[str, Any] | None:
        """The condition, or None after saying at the fields, or above them, what is wrong."""
        name_blocks(self.tree, self.named.parts)
        condition = condition_of(self.tree)
        if condition is None:
            return None
        try:
            rules.courses_of(condition)
            self.rule.condition = condition
            api.demand_offered(self.rule, self.course.id)
        except (ConditionError, api.NotAllowed) as error:
            self.problem = refusal(error)
            return None
        return condition


@staff_only("GET", "HEAD", "POST")
def new_rule(request: HttpRequest, course: Course) -> HttpResponseBase:
    """First the choice of definition and template, then the editor."""
    wanted = request.POST if request.method == "POST" else request.GET
    slug, template = wanted.get("definition", ""), wanted.get("template", "")
    if not slug or template not in BEGINNINGS:
        return _choose(request, course, slug)
    achievement = course.definition(slug)
    rule = copies.begun(request, course, achievement) or AwardRule(
        name=str(BEGINNINGS[template][0]), achievement=achievement, condition={}
    )
    named = options.of(course, slug, request.user)
    if request.method == "POST":
        draft = _posted(request, course, rule, named)
        return _answer(request, draft, template)
    tried = trials.condition_of_trial(course, slug, request.GET.get("trial", ""))
    condition = tried or rule.condition
    tree = of_condition(condition) if condition else begin(template, course.id, named)
    return _page(request, Draft(course, rule, RuleForm.of_rule(rule), tree, named, 0), template)


def _choose(request: HttpRequest, course: Course, slug: str) -> HttpResponse:
    choices = [(row.slug, say(row.names)) for row in course.definitions]
    chosen = slug or (choices[0][0] if len(choices) == 1 else "")
    context = {"tab": "rules", "definitions": choices, "chosen": chosen, "beginnings": BEGINNINGS}
    return show(request, course, "new_rule.html", context)


@staff_only("GET", "HEAD", "POST")
def edit_rule(request: HttpRequest, course: Course, uuid: UUID) -> HttpResponseBase:
    """The editor of a stored rule; `?trial=` takes the condition of a trial that was not saved."""
    rule = course.rule(uuid)
    named = options.of(course, rule.achievement.slug, request.user)
    if request.method == "POST":
        return _answer(request, _posted(request, course, rule, named), "")
    tried = trials.condition_of_trial(course, rule.achievement.slug, request.GET.get("trial", ""))
    tree = of_condition(tried or rule.condition)
    return _page(request, Draft(course, rule, RuleForm.of_rule(rule), tree, named, rule.revision), "")


def _posted(request: HttpRequest, course: Course, rule: AwardRule, named: Options) -> Draft:
    seen = request.POST.get("seen_revision", "0")
    revision = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0
    return Draft(
        course,
        rule,
        RuleForm(rule, request.POST),
        read(request.POST),
        named,
        revision,
        before=request.POST.get("before", ""),
        is_changed=True,
    )


def _answer(request: HttpRequest, draft: Draft, template: str) -> HttpResponseBase:
    action = request.POST.get("do", "")
    if action in ("save", "try"):
        done = _save(request, draft) if action == "save" else _try(request, draft)
        if done is not None:
            return done
        if not draft.problem and draft.conflict is None:
            draft.problem = _("Something is not right yet. Each place says what.")
    elif action == "undo":
        _undo(draft)
    else:
        _step(draft, action, request)
    if action == "tell":
        return show(request, draft.course, "_meaning.html", _meaning(draft))
    return _page(request, draft, template)


_STEPS = frozenset({"add", "group", "remove", "up", "down"})


def _step(draft: Draft, action: str, request: HttpRequest) -> None:
    before = packed(draft.tree)
    act(draft.tree, action, request.POST, draft.course.id)
    if action.partition(":")[0] in _STEPS:
        draft.before = before


def _undo(draft: Draft) -> None:
    """Back to the tree before the last step; the same again goes forward."""
    before = unpacked(draft.before)
    if before is not None and before.is_group and before.size <= MAX_LEAVES and before.depth <= MAX_DEPTH:
        draft.before, draft.tree = packed(draft.tree), before
        draft.tree.is_new = True


def _try(request: HttpRequest, draft: Draft) -> HttpResponseBase | None:
    condition = draft.condition()
    if condition is None:
        return None
    stored = draft.rule if draft.rule.pk else None
    try:
        return trials.begin(request, draft.course, draft.rule.achievement, condition, stored)
    except (api.NotAllowed, api.NotReady) as error:
        draft.problem = refusal(error)
        return None


def _save(request: HttpRequest, draft: Draft) -> HttpResponseBase | None:
    # Both are looked at, so that everything that is wrong is said at once.
    valid, condition = draft.form.is_valid(), draft.condition()
    if not valid or condition is None:
        return None
    draft.form.fill(draft.rule)
    try:
        api.define_rule(
            draft.rule,
            actor_id=request.user.pk,
            reason=draft.form.cleaned_data["reason"],
            seen_revision=draft.seen_revision if draft.rule.pk else None,
        )
    except api.Conflict as conflict:
        draft.conflict = history.conflict_of(draft.rule, conflict, draft.named)
        # The next time it is saved on top of what is shown beside it now.
        draft.seen_revision = conflict.revision
        return None
    except (api.NotAllowed, api.NotReady, ConditionError) as error:
        draft.problem = refusal(error)
        return None
    leave_word(request, "good", history.word_of_saving(draft.rule))
    return goto("instructor-rule", draft.course, draft.rule.uuid)


def _page(request: HttpRequest, draft: Draft, template: str) -> HttpResponse:
    achievement: Achievement = draft.rule.achievement
    fold(draft.tree)
    context = _meaning(draft) | {
        "tab": "rules",
        "rule": draft.rule,
        "title": say(achievement.names),
        "achievement": achievement,
        "template": template,
        "form": draft.form,
        "tree": show_tree(draft.tree, draft.named, lambda node: phrases.requirement(node, draft.named)),
        "before": draft.before,
        "is_changed": draft.is_changed,
        "seen_revision": draft.seen_revision,
        "problem": draft.problem,
        "conflict": draft.conflict,
    }
    return show(request, draft.course, "editor.html", context)


def _meaning(draft: Draft) -> dict[str, Any]:
    """The rule in words, and what is wrong with it."""
    name_blocks(draft.tree, draft.named.parts)
    return {
        "sentence": phrases.sentence(draft.tree, draft.named),
        "faults": _faults(draft.tree, draft.rule.achievement),
    }


def _faults(tree: Node, achievement: Achievement) -> list[str]:
    """Warnings, for a tree that is complete; what is incomplete is not yet wrong."""
    copy = Node(tree.kind, tree.texts, [*tree.children])
    before = [dict(node.errors) for node in tree.walk()]
    condition = condition_of(copy)
    for node, errors in zip(tree.walk(), before, strict=True):
        node.errors = errors
    try:
        return api.condition_warnings(condition, achievement) if condition else []
    except ConditionError:
        return []
