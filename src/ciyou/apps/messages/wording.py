"""The whole text of a message. It is made of two numbers and a date, so that nothing else can get into it."""

from __future__ import annotations

import datetime as dt

LANGUAGES = ("zh", "en")
SUBJECTS = {"zh": "慈幼：有事要办", "en": "Ciyou: work is waiting"}
_TODAY = {
    "zh": "慈幼：您有 {tasks} 件事要办，最早一件今天到期。请打开慈幼办理。",
    "en": "Ciyou: {tasks} tasks wait for you, the first is due today. Open Ciyou.",
}
_ON = {
    "zh": "慈幼：您有 {tasks} 件事要办，最早一件 {day} 到期。请打开慈幼办理。",
    "en": "Ciyou: {tasks} tasks wait for you, the first is due on {day}. Open Ciyou.",
}


def message_text(*, tasks: int, first_due_on: dt.date, today: dt.date, language: str, link: str) -> str:
    """How many tasks wait, when the first is due, and where to open them; `link` is the installation's own address, or empty."""
    template = (_TODAY if first_due_on == today else _ON)[language]
    text = template.format(tasks=int(tasks), day=dt.date.isoformat(first_due_on))
    return f"{text} {link}" if link else text
