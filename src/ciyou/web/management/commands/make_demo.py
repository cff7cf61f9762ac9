"""The demo's county: screened, staffed and its leads handed out, once; a state folder that has one already is left as it is."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ciyou.apps.audit.wall import walled
from ciyou.apps.awards.demonstration import make_demo_applications
from ciyou.apps.cases.leads import distribute
from ciyou.apps.exchange.demonstration import make_demo_exchange
from ciyou.apps.rosters.selectors import get_screening, list_screenings
from ciyou.apps.rosters.services import start_demo_screening
from ciyou.apps.rosters.tasks import LOADING, screen_now
from ciyou.batch.run_record import STAGES
from ciyou.core.access.actor import LOCAL_OPERATOR

WORDS = {
    "synthesize": ("生成名册", "Making rosters"),
    LOADING: ("建档并生成线索", "Opening files and leads"),
    **STAGES,
}


class Command(BaseCommand):
    help = "Screen a synthetic county, make its accounts and hand out its leads, unless this state folder has them already."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--lang", choices=["zh", "en"], default="zh")

    def handle(self, *args: Any, **options: Any) -> None:
        english = options["lang"] == "en"
        demos = [run for run in list_screenings(LOCAL_OPERATOR) if run.origin == "demo"]
        if any(run.status == "done" and run.output_folder.exists() for run in demos):
            self.stdout.write("  The county is there already." if english else "  虚构的县已经备好。")
            return
        run_id = start_demo_screening(LOCAL_OPERATOR, as_of=timezone.localdate())
        if screen_now(run_id, tell=self.teller(options["lang"])) != "done":
            problems = get_screening(LOCAL_OPERATOR, run_id=run_id).problems
            raise CommandError("\n".join(problem.text(options["lang"]) for problem in problems))
        # The rosters bring the list of places; only now is there anybody to hand leads to.
        call_command("make_demo_accounts", lang=options["lang"], stdout=io.StringIO())
        with walled(LOCAL_OPERATOR):
            given = distribute(LOCAL_OPERATOR, str(run_id))
            applied = make_demo_applications()
        make_demo_exchange()
        self.stdout.write(f"  {applied} applications in every state" if english else f"  申请：{applied} 份，各步都有")
        self.stdout.write(
            f"  {given.to_villages} leads to {len(given.villages)} villages, {given.to_townships + given.to_county} in the queues"
            if english
            else f"  线索：{given.to_villages} 条到 {len(given.villages)} 个村，{given.to_townships + given.to_county} 条待分派"
        )

    def teller(self, lang: str) -> Callable[[str, int], None]:
        """Says each stage once, when it begins: a terminal sees the work go on, a log stays short."""
        told: set[str] = set()

        def tell(stage: str, percent: int) -> None:
            if stage and stage not in told:
                told.add(stage)
                self.stdout.write(f"  {percent:3d} %  {WORDS[stage][1 if lang == 'en' else 0]}")
                self.stdout.flush()

        return tell
