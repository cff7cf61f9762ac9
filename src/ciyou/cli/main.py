"""`ciyou`: the group of all commands. A command's module is imported only when it is asked for, so that help comes at once."""

from __future__ import annotations

import importlib

import click

from ciyou import __version__

# name → module:function. Listed in the order in which help shows them.
COMMANDS = {
    "demo": "ciyou.cli.demo:demo",
    "serve": "ciyou.cli.serve:serve",
    "screen": "ciyou.cli.screen:screen",
    "decrypt": "ciyou.cli.decrypt:decrypt",
    "synth": "ciyou.cli.synth:synth",
    "explain": "ciyou.cli.explain:explain",
    "facts": "ciyou.cli.facts:facts",
    "packs": "ciyou.cli.packs:packs",
}
# Help of the group is shown without importing every command: one line each.
SUMMARIES = {
    "demo": "Make a synthetic county, screen it and serve it.",
    "serve": "Serve the pages on this machine.",
    "screen": "Screen a folder of rosters: who may be due what, and why.",
    "decrypt": "Decrypt the tables of an encrypted screening.",
    "synth": "Make rosters of a synthetic county, with dirt and truth.",
    "explain": "Decide and explain every rule for one child.",
    "facts": "List every fact that may be known.",
    "packs": "Check the packs that hold the law.",
}


class LazyGroup(click.Group):
    """A group whose commands are named in a table and imported when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the table, in its order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command of this name; None when there is none."""
        target = COMMANDS.get(cmd_name)
        if target is None:
            return None
        module, _, attribute = target.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands in help, from the table of summaries."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, SUMMARIES[name]) for name in COMMANDS])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name="ciyou", help="Show the version and end.")
def main() -> None:
    """Ciyou 慈幼: find, decide, serve and protect children in difficulty.

    Exit codes: 0 done, 1 findings, 2 could not run.
    """
