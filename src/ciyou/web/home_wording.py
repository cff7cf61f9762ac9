"""Words for what the county of registration answered about dibao that is paid there."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from ciyou.apps.awards.contents import HomeWord
from ciyou.web import application_wording as words


def home_words(word: HomeWord | None) -> dict[str, str]:
    """What was answered, how and when; empty while nobody has."""
    if word is None:
        return {}
    answer = str(words.OUTCOMES[word.answer])
    if word.last_month:
        month = words.month_words(dt.date.fromisoformat(word.last_month))
        answer = _("户籍地已停发，最后发放 %(month)s") % {"month": month}
    how = _("户籍地在本系统答复") if word.by == "home" else _("居住地登记：") + word.words
    return {"answer": answer, "how": how, "on": word.on, "words": word.words if word.by == "home" else ""}
