"""`ciyou`: the group of all commands. A command's module is imported only when it is asked for, so that help comes at once."""

from __future__ import annotations

import importlib

import click

from ciyou import __version__

# name → module:function. Listed in the order in which help shows them.
COMMANDS = {
    "demo": "ciyou.cli.demo:demo",
    "serve": "ciyou.cli.serve:serve",
    "accounts": "ciyou.cli.accounts:accounts",
    "screen": "ciyou.cli.screen:screen",
    "link": "ciyou.cli.link:link",
    "corrections": "ciyou.cli.corrections:corrections",
    "load": "ciyou.cli.load:load",
    "triage": "ciyou.cli.triage:triage",
    "decrypt": "ciyou.cli.decrypt:decrypt",
    "synth": "ciyou.cli.synth:synth",
    "explain": "ciyou.cli.explain:explain",
    "facts": "ciyou.cli.facts:facts",
    "packs": "ciyou.cli.packs:packs",
    "prove": "ciyou.cli.prove:prove",
    "rulebook": "ciyou.cli.rulebook:rulebook",
    "lab": "ciyou.cli.lab:lab",
    "loops": "ciyou.cli.loops:loops",
    "redecide": "ciyou.cli.redecide:redecide",
    "disburse": "ciyou.cli.disburse:disburse",
    "audit": "ciyou.cli.audit:audit",
    "backup": "ciyou.cli.backup:backup",
    "restore": "ciyou.cli.backup:restore",
    "keys": "ciyou.cli.keys:keys",
}
# Help of the group is shown without importing every command: one line each.
SUMMARIES = {
    "demo": "Make a synthetic county, screen it and serve it.",
    "serve": "Serve the pages on this machine.",
    "accounts": "First administrators, and the list of divisions.",
    "screen": "Screen a folder of rosters: who may be due what, and why.",
    "link": "Find who is who in a folder of rosters, and decide nothing.",
    "corrections": "Ask departments to correct what a linking found wrong.",
    "load": "Load what a screening found: files, leads and work.",
    "triage": "Rank what to find out first after a screening.",
    "decrypt": "Decrypt the tables of an encrypted screening.",
    "synth": "Make rosters of a synthetic county, with dirt and truth.",
    "explain": "Decide and explain every rule for one child.",
    "facts": "List every fact that may be known.",
    "packs": "Check the packs that hold the law.",
    "prove": "Look for gaps, overlaps and perverse steps in the law.",
    "rulebook": "Write the law as a folder of linked pages.",
    "lab": "Try another standard, threshold, definition or overlay.",
    "loops": "Count what is open, and what nobody owns.",
    "redecide": "Determine children again, or replay what was determined.",
    "disburse": "Compute the draft of a month's payments for a county.",
    "audit": "Check the log of who looked and who did what.",
    "backup": "Write everything but the keys to one encrypted file.",
    "restore": "Restore a backup into a new state folder.",
    "keys": "List, rotate and destroy the installation's keys.",
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
