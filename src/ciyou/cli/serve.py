"""`ciyou serve`: the pages and the worker behind them, in one command."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ciyou.cli.output import choose_language, fail, language_option
from ciyou.cli.supervision import check_address, check_port, run_management, serve_until_stopped
from ciyou.core.errors import RunError


@click.command("serve")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option(
    "--address",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; one that others can reach only behind a trusted TLS proxy.",
)
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="CIYOU_HOME",
    default=Path("~/.ciyou"),
    show_default=True,
    help="State folder: database, deliveries, results (also CIYOU_HOME).",
)
@language_option
def serve(port: int, address: str, home: Path, lang: str | None) -> None:
    """Serve the pages until Ctrl+C.

    Other machines are refused unless CIYOU_HOSTS and CIYOU_TRUSTED_PROXY name who is served, through which TLS proxy. The packs in
    the folders of CIYOU_PACKS hold too; with a mistake in them nothing is served.

    \b
    Example:
      ciyou serve --port 8000
    """
    spoken = choose_language(lang)
    try:
        host = check_address(address, home=home)
        check_port(host, port)
        run_management("prepare", "--lang", spoken, home=home)
        sys.exit(serve_until_stopped(home=home, host=host, port=port, say=click.echo))
    except RunError as error:
        fail(error, spoken)
