"""Recording that a child or somebody of its family has died."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from ciyou.apps.registry.selectors import Family, PersonCard, get_person, list_evidence
from ciyou.apps.registry.services import MAX_BYTES, record_death, store_evidence
from ciyou.core.access.actor import Purpose
from ciyou.core.errors import CiyouError, RecordError
from ciyou.web.guard import disclose
from ciyou.web.lifecycle_wording import KNOWN_FROM
from ciyou.web.pages.changing.forms import (
    Faults,
    day_in,
    family_in,
    id_in,
    member_options,
    members_of,
    placed,
    typed_in,
)

NAMES = ("person", "on", "known_from", "evidence", "confirm", "key")
FIELD_OF = {
    "death_day": "on",
    "death_known": "known_from",
    "evidence": "evidence",
    "evidence_size": "file",
    "evidence_title": "file",
}
MOVED_ON = "registry.moved_on"


def show_death(request: HttpRequest, child_id: uuid.UUID) -> HttpResponse:
    """The form, which says what follows; POST records the death once the name was typed again."""
    family = family_in(request, child_id)
    if request.method != "POST":
        return _show(request, family, {"key": str(uuid.uuid4())})
    typed = typed_in(request, NAMES)
    person = next((card for _words, card in members_of(family) if str(card.id) == typed["person"]), None)
    faults = _kept_file(request, person, typed) | _missing(person, typed)
    if faults or person is None:
        return _show(request, family, typed, faults)
    try:
        record_death(
            request.actor,
            person_id=person.id,
            on=day_in(typed["on"]) or timezone.localdate(),
            known_from=typed["known_from"],
            evidence_id=id_in(typed["evidence"]),
        )
    except RecordError as refused:
        if refused.problems[0].code == MOVED_ON and _is_dead(request, person):
            return redirect("child", child_id=child_id)  # the same form, sent twice
        return _show(request, family, typed, placed(refused, FIELD_OF, "person"))
    return redirect("child", child_id=child_id)


def _kept_file(request: HttpRequest, person: PersonCard | None, typed: dict[str, str]) -> Faults:
    """Keep the file that came along before anything else is refused: a browser does not send it a second time by itself."""
    sent, key = request.FILES.get("file"), id_in(typed["key"])
    if sent is None:
        return {}
    if person is None or key is None:
        return {"file": [_("请再选一次文件：要先选好是谁，才能保存它。")]}
    try:
        kept = store_evidence(
            request.actor, key=key, person_id=person.id, title=_("死亡证明"), content=sent.read(MAX_BYTES + 1)
        )
    except RecordError as refused:
        return placed(refused, FIELD_OF, "file")
    typed["evidence"] = str(kept)
    return {}


def _missing(person: PersonCard | None, typed: dict[str, str]) -> Faults:
    faults: Faults = {}
    if person is None:
        faults["person"] = [_("请选择是谁去世了。")]
    if day_in(typed["on"]) is None:
        faults["on"] = [_("请填写去世的日期。")]
    if typed["known_from"] not in KNOWN_FROM:
        faults["known_from"] = [_("请选择怎样得知的。")]
    if person is not None and _plain(typed["confirm"]) not in {_plain(person.name), _plain(person.file_number)} - {""}:
        faults["confirm"] = [
            _("与所选的人不一致。请照档案输入去世者的姓名；没有姓名的，输入档案号 %(number)s。")
            % {"number": person.file_number}
        ]
    return faults


def _plain(text: str) -> str:
    return "".join(text.split()).upper()


def _is_dead(request: HttpRequest, person: PersonCard) -> bool:
    try:
        return get_person(request.actor, person_id=person.id, purpose=Purpose.SERVE).status == "dead"
    except CiyouError:
        return False


def _show(request: HttpRequest, family: Family, typed: dict[str, str], faults: Faults | None = None) -> HttpResponse:
    members = members_of(family)
    papers = [
        (str(one.id), one.title)
        for one in list_evidence(request.actor, person_id=family.child.id, purpose=Purpose.SERVE)
    ]
    if typed.get("evidence", "") == typed["key"] and typed["key"] not in dict(papers):
        papers.append((typed["key"], _("刚才上传的材料")))
    disclose(
        request,
        subject=str(family.child.id),
        person_ids=[str(card.id) for _words, card in members],
        fields=("name", "status", "evidence"),
        highest_class=4,
    )
    content: dict[str, Any] = {
        "child": family.child,
        "people": member_options((words, card) for words, card in members if card.status != "dead"),
        "typed": typed,
        "faults": faults or {},
        "known_from": KNOWN_FROM.items(),
        "papers": papers,
        "today": timezone.localdate(),
        "seen_at": timezone.now(),
    }
    return render(request, "web/pages/record_death.html", content)
