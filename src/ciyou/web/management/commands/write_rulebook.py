"""What `ciyou rulebook` does: the rule book as a folder of pages that needs no server and no network."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.template.loader import render_to_string
from django.utils import translation

from ciyou.apps.audit.management.spoken import DONE, SpokenCommand
from ciyou.core.errors import Place, Problem, RunError
from ciyou.packs.pack_files import SHIPPED
from ciyou.web.rulebook_content import Content
from ciyou.web.rulebook_links import LISTS, LOOK, MARK, SCRIPT, FileLinks

LANGUAGES = (
    ("zh", "zh-hans", "zh-Hans", "en", {"html": "en", "name": "English"}),
    ("en", "en", "en", "zh", {"html": "zh-Hans", "name": "中文"}),
)
FRONTS = (("zh/index.html", "zh-Hans", "中文"), ("en/index.html", "en", "English"))
STATIC = Path(__file__).resolve().parents[2] / "static/web"
MARKER = "ciyou-rulebook"


class Command(SpokenCommand):
    """Writes the book."""

    help = "Write the rule book as a folder of pages."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("out", type=Path)
        parser.add_argument("--packs", type=Path, default=SHIPPED)
        parser.add_argument("--as-of", type=dt.date.fromisoformat, required=True)

    def work(self, options: dict[str, Any]) -> int:
        out: Path = options["out"].resolve()
        content = Content(FileLinks(), as_of=options["as_of"], root=options["packs"].resolve())
        _empty(out)
        for folder, code, html, other, other_language in LANGUAGES:
            with translation.override(code):
                frame = {
                    "html_language": html,
                    "other_folder": other,
                    "other_language": other_language,
                    "sheets": LOOK,
                    "frame": "web/rulebook/frame.html",
                }
                written = _write_language(out / folder, content, frame)
        _write_look(out)
        self.say(
            f"已写出 {written} 页（中文、英文各一份）：{out / 'index.html'}",
            f"{written} pages were written in each language: {out / 'index.html'}",
        )
        return DONE


def _empty(out: Path) -> None:
    """Our own folder of before is replaced; a folder with anything else in it is not touched."""
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / MARKER).is_file())):
        raise RunError(
            Problem(
                Place(str(out)),
                "rulebook.not_empty",
                "这个文件夹里有别的东西；请另给一个空的或尚不存在的文件夹。",
                "There is something else in this folder; give one that is empty or does not exist yet.",
            )
        )
    for name in ("zh", "en", "look"):
        shutil.rmtree(out / name, ignore_errors=True)
        (out / name).mkdir(parents=True)
    (out / MARKER).write_text("", encoding="utf-8")


def _write_language(folder: Path, content: Content, frame: dict[str, Any]) -> int:
    pages = {"index.html": ("front", content.front())}
    pages |= {f"{name}.html": (name, content.listed(name)) for name in LISTS}
    pages |= {f"rule-{code}.html": ("rule", content.rule(code)) for code in content.rules}
    for file_name, (template, what) in pages.items():
        text = render_to_string(
            f"web/rulebook/{template}.html",
            {**frame, **what, "other_address": f"../{frame['other_folder']}/{file_name}"},
        )
        (folder / file_name).write_text(text, encoding="utf-8")
    return len(pages)


def _write_look(out: Path) -> None:
    for name in (*LOOK, SCRIPT, MARK):
        shutil.copyfile(STATIC / name, out / "look" / name)
    (out / "index.html").write_text(render_to_string("web/rulebook/cover.html", {"fronts": FRONTS}), encoding="utf-8")
