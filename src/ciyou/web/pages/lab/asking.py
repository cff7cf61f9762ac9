"""Asking for a trial: what is to be changed, to what, and on whom it is tried. A mistake is shown beside what was typed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ciyou.apps.accounts.selectors import division_name
from ciyou.apps.planning.services import FILES, MOST_DRAWN, NewTrial, start_trial
from ciyou.apps.planning.wishes import Wish
from ciyou.core.access.actor import Actor, significant_digits
from ciyou.core.clock.months import add_months
from ciyou.core.errors import CiyouError, Place, Problem, RunError
from ciyou.core.rules.book import RuleKind
from ciyou.core.rules.tree import Kind
from ciyou.packs import load_packs, load_rule_titles, load_vocabulary
from ciyou.packs.parameters import ParameterDefinition
from ciyou.packs.texts import Text, predicate_texts, rule_texts
from ciyou.web import lab_wording as words
from ciyou.web.context import short_language
from ciyou.web.wording import Sentence, sentences

USUALLY_DRAWN = 10_000
RESTRICTED = 5
TEXTS = {"when": gettext_lazy("条件"), "amount": gettext_lazy("金额")}
MONTHS_AHEAD = 12


def ask(request: HttpRequest) -> HttpResponse:
    """The form: first what, then the new value or text."""
    kind = _kind(request.GET.get("what", ""))
    code = request.GET.get("code", "")[:64]
    return render(request, "web/pages/lab_new.html", _form(request.actor, kind, code, _empty()))


def start(request: HttpRequest) -> HttpResponse:
    """Check what was typed and queue the trial; what is wrong stands above the form, which is as it was left."""
    kind, code = _kind(request.POST.get("what", "")), request.POST.get("code", "")[:64]
    try:
        trial_id = start_trial(
            request.actor, new=_wanted(request, kind, code), origin=request.META.get("REMOTE_ADDR", "")
        )
    except CiyouError as error:
        typed = {
            name: request.POST.get(name, "")
            for name in ("value", "when", "amount", "month", "population", "drawn", "trial_id")
        }
        typed |= {"off": request.POST.get("off", ""), **_faults(error.problems)}
        return render(request, "web/pages/lab_new.html", _form(request.actor, kind, code, typed), status=400)
    return redirect("lab_trial", trial_id=trial_id)


def _kind(asked: str) -> str:
    """What is to be changed; a standard where the address does not say, or says something that there is not."""
    return asked if asked in words.KINDS else next(iter(words.KINDS))


def _faults(problems: Iterable[Problem]) -> dict[str, Any]:
    """The problems for the head of the form, and again for the field that each is about."""
    found = list(problems)
    fields: dict[str, list[str]] = {}
    for problem, said in zip(found, sentences(found), strict=True):
        field = problem.place.file or "value"
        fields.setdefault(field, []).append(f"{_where(problem.place)} {said.sentence}".strip())
    return {
        "problems": [
            Sentence(_where(one.place), said.sentence) for one, said in zip(found, sentences(found), strict=True)
        ],
        "faults": fields,
    }


def _where(place: Place) -> str:
    if place.file not in TEXTS:
        return ""
    where = {"text": TEXTS[place.file], "line": place.line, "column": place.column}
    return _("%(text)s，第 %(line)s 行第 %(column)s 个字：") % where


def _empty() -> dict[str, Any]:
    return {"month": "", "population": FILES, "drawn": f"{USUALLY_DRAWN}", "problems": [], "trial_id": uuid.uuid4()}


def _wanted(request: HttpRequest, kind: str, code: str) -> NewTrial:
    sent = request.POST
    wish = Wish(
        kind,
        code,
        _month(sent.get("month", "")),
        value=sent.get("value", "")[:64],
        when=_changed(sent, "when"),
        amount=_changed(sent, "amount"),
        off=kind == "overlay" or bool(sent.get("off")),
    )
    try:
        trial_id = uuid.UUID(sent.get("trial_id", ""))
    except ValueError:
        trial_id = uuid.uuid4()
    return NewTrial(trial_id, wish, 0 if sent.get("population") == FILES else _number(sent.get("drawn", "")))


def _changed(sent: Any, name: str) -> str:
    """A text that differs from the one in force; a text that was left as it is is no change."""
    typed = sent.get(name, "").replace("\r\n", "\n").strip()
    return "" if typed == sent.get(f"{name}_now", "").replace("\r\n", "\n").strip() or sent.get("off") else str(typed)


def _month(written: str) -> dt.date:
    try:
        return dt.date.fromisoformat(f"{written}-01")
    except ValueError:
        return _months()[1]


def _months() -> list[dt.date]:
    first = timezone.localdate().replace(day=1)
    return [add_months(first, number) for number in range(MONTHS_AHEAD + 1)]


def _number(written: str) -> int:
    kept = written.replace(",", "").replace("，", "").strip()
    if kept.isascii() and kept.isdigit() and int(kept) > 0:
        return int(kept)
    raise RunError(
        Problem(
            Place("drawn"),
            "lab.children",
            f"模拟儿童数应是 1 到 {MOST_DRAWN:,} 的整数；请改正。",
            f"The number of drawn children is a whole number from 1 to {MOST_DRAWN:,}; correct it.",
        )
    )


# -- the form ---------------------------------------------------------------------------------------------------------------------
def _form(actor: Actor, kind: str, code: str, typed: dict[str, Any]) -> dict[str, Any]:
    lang, months = short_language(), _months()
    # Of a post that is for the whole country the nation's own texts are shown.
    division = significant_digits(actor.scope.first) or "00"
    chosen = _chosen(kind, code, division, months[1], lang)
    return {
        "kind": kind,
        "kind_words": words.KINDS[kind],
        "groups": _groups(kind, division, months[1], lang),
        "code": code if chosen else "",
        "chosen": chosen,
        "months": [(f"{month:%Y-%m}", f"{month:%Y-%m}") for month in months],
        "typed": typed | {"month": typed["month"] or f"{months[1]:%Y-%m}"},
        "place": division_name(actor.scope.first),
        "most_drawn": MOST_DRAWN,
    }


def _groups(kind: str, division: str, day: dt.date, lang: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """What there is to choose from, in groups."""
    packs = load_packs()
    if kind == "parameter":
        known = [one for one in packs.table.definitions.values() if not _restricted(one.key, one.zh)]
        standards = [one for one in known if one.kind is Kind.MONEY]
        others = [one for one in known if one.kind is not Kind.MONEY]
        return [(_("标准（金额）"), _named(standards, lang)), (_("口径、比例和年限"), _named(others, lang))]
    if kind == "rule":
        texts = [one for one in rule_texts(division=division, as_of=day).values() if not _is_hidden(one)]
        kinds = ((RuleKind.ENTITLEMENT, _("待遇")), (RuleKind.CATEGORY, _("类别")))
        return [(name, _texts([one for one in texts if one.kind == rule.value], lang)) for rule, name in kinds]
    if kind == "predicate":
        known_texts = [one for one in predicate_texts(division=division, as_of=day).values() if not _is_hidden(one)]
        return [(_("定义"), _texts(known_texts, lang))]
    here = packs.chain(division.ljust(12, "0")) if division != "00" else packs.packs
    return [(_("地方包"), [(one.code, one.en if lang == "en" else one.zh) for one in here if one.division])]


def _is_hidden(text: Text) -> bool:
    """Whether a text is about class 5, or would name it: it is tried on the command line, by whoever may."""
    return text.sensitivity >= RESTRICTED or _restricted(text.code, text.zh, text.when, text.amount)


def _restricted(*written: str) -> bool:
    facts = [fact for fact in load_vocabulary() if fact.sensitivity >= RESTRICTED]
    words = {word for fact in facts for word in (fact.name, fact.name.partition("_")[0], fact.zh)}
    words |= {code for code, rule in load_rule_titles().items() if rule.sensitivity >= RESTRICTED}
    return any(word in text for word in words for text in written)


def _named(definitions: list[ParameterDefinition], lang: str) -> list[tuple[str, str]]:
    return sorted(((one.key, one.en if lang == "en" else one.zh) for one in definitions), key=lambda pair: pair[1])


def _texts(texts: list[Text], lang: str) -> list[tuple[str, str]]:
    return [(one.code, one.name(lang)) for one in texts]


def _chosen(kind: str, code: str, division: str, day: dt.date, lang: str) -> dict[str, Any] | None:
    """What the form says of the thing that was chosen; None where there is no such thing here."""
    packs = load_packs()
    if kind == "parameter":
        definition = packs.table.definitions.get(code)
        if definition is None or _restricted(definition.key, definition.zh):
            return None
        return _parameter(definition, division, day, lang)
    if kind == "overlay":
        known = {one.code for one in packs.packs if one.division}
        return {"name": words.name_of(kind, code, lang)} if code in known else None
    texts = rule_texts if kind == "rule" else predicate_texts
    text = texts(division=division, as_of=day).get(code)
    if text is None or _is_hidden(text):
        return None
    return {"name": text.name(lang), "when": text.when, "amount": text.amount, "formal": "、".join(text.formal)}


def _parameter(definition: ParameterDefinition, division: str, day: dt.date, lang: str) -> dict[str, Any]:
    now = load_packs().table.value(definition.key, division.ljust(12, "0"), day)
    options: list[tuple[str, object]] = list(words.YES_NO) if definition.kind is Kind.BOOL else []
    if definition.kind is Kind.ENUM:
        options = [(one, one) for one in definition.options]
    return {
        "name": definition.en if lang == "en" else definition.zh,
        "now": words.stored_words(definition, now.value),
        "now_words": words.value_words(definition.key, words.stored_words(definition, now.value), lang)
        if now.value is not None
        else "",
        "source": now.source.cite(lang) if now.source and now.value is not None else "",
        "unit": words.unit_words(definition, lang),
        "bounds": words.bounds_words(definition),
        "options": options,
    }
