"""`ciyou demo`: a synthetic county, screened and served, in one command."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import click

from ciyou.cli.output import choose_language, fail, language_option
from ciyou.cli.supervision import check_port, run_management, serve_until_stopped
from ciyou.core.errors import Place, Problem, RunError

HOST = "127.0.0.1"
MARKER = "demo"
DATABASE = "ciyou.sqlite3"
FOLDER_MODE, FILE_MODE = 0o700, 0o600


@click.command("demo")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo"),
    show_default=True,
    help="State folder of the demo; what was made there before is used again.",
)
@click.option("--no-serve", is_flag=True, help="Only make and screen the county.")
@language_option
def demo(port: int, home: Path, no_serve: bool, lang: str | None) -> None:
    """Make a synthetic county, screen its rosters, and serve the result on this machine.

    Everything in it is made by a program; nobody in it exists.

    \b
    Example:
      ciyou demo --port 8000
    """
    started = time.monotonic()
    spoken = choose_language(lang)
    english = spoken == "en"
    try:
        if not no_serve:
            check_port(HOST, port)
        click.echo("Preparing the state folder" if english else "准备状态文件夹")
        mark_as_demo(home)
        run_management("prepare", "--lang", spoken, home=home)
        click.echo("Making and screening a synthetic county" if english else "生成并筛查一个虚构的县")
        run_management("make_demo", "--lang", spoken, home=home)
        run_management("make_demo_accounts", "--lang", spoken, home=home)
        taken = f"{time.monotonic() - started:.1f}"
        click.echo(f"Ready after {taken} s" if english else f"用时 {taken} 秒")
        if not no_serve:
            sys.exit(serve_until_stopped(home=home, host=HOST, port=port, say=click.echo))
    except RunError as error:
        fail(error, spoken)


def mark_as_demo(home: Path) -> None:
    """Mark a state folder as a demo's before anything is made in it; raises RunError where real work may lie.

    In a marked folder the second factor may be put off and the accounts share a printed password.
    """
    folder = home.expanduser().absolute()
    marker = folder / MARKER
    if os.environ.get("DATABASE_URL"):
        raise _refusal(
            "demo.database",
            "演示只用自己文件夹里的数据库。请先取消环境变量 DATABASE_URL 再运行。",
            "The demo uses the database in its own folder only. Unset DATABASE_URL and run this again.",
        )
    if not marker.exists() and (folder / DATABASE).exists():
        raise _refusal(
            "demo.not_a_demo",
            "这个文件夹里已有数据库，但不是演示的。请用 --home 换一个文件夹；旧的演示文件夹可以删掉重做。",
            "This folder holds a database that is not a demo's. Choose another with --home; an old demo's folder can be deleted.",
        )
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    marker.touch(mode=FILE_MODE)


def _refusal(code: str, zh: str, en: str) -> RunError:
    return RunError(Problem(Place(), code, zh, en))
