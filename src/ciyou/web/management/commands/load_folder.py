"""What `ciyou load` does inside the state folder: results of a screening, or rosters that are screened first."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
import uuid
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ciyou.apps.audit.wall import walled
from ciyou.apps.cases.leads import load_run
from ciyou.apps.cases.loading import LoadReport
from ciyou.apps.cases.screened import load_report
from ciyou.apps.rosters.selectors import get_screening
from ciyou.apps.rosters.services import start_screening
from ciyou.apps.rosters.tasks import LOADING, screen_now
from ciyou.apps.rosters.upload import IncomingFile, check_delivery
from ciyou.batch.run_folder import RUN_FILE
from ciyou.batch.run_record import STAGES
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.errors import CiyouError

_LOADING_WORDS = ("建档并生成线索", "Opening files and leads")


class Command(BaseCommand):
    help = "Load the leads of a screening (or screen a folder of rosters first) into this state folder."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--as-of", type=dt.date.fromisoformat, default=None)
        parser.add_argument("--lang", choices=["zh", "en"], default="zh")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        self.column = 1 if options["lang"] == "en" else 0
        self.told: set[str] = set()
        try:
            report = self._load(folder) if (folder / RUN_FILE).is_file() else self._screen(folder, options["as_of"])
        except CiyouError as error:
            raise CommandError(error.text(options["lang"])) from error
        self._tell_report(report)

    def _load(self, folder: Path) -> LoadReport:
        # The same results are the same run: loading a folder twice, or again after it was killed, goes on with one load.
        digest = hashlib.sha256((folder / RUN_FILE).read_bytes()).hexdigest()
        run_id = uuid.uuid5(uuid.NAMESPACE_OID, digest)
        return load_run(LOCAL_OPERATOR, folder=folder, run_id=str(run_id), watch=self._watch)

    def _screen(self, folder: Path, as_of: dt.date | None) -> LoadReport:
        """Rosters are copied, as an upload would bring them: the folder that was given stays as it is."""
        files = check_delivery(self._copied(folder), too_large=False)
        with walled(LOCAL_OPERATOR):
            run_id = start_screening(LOCAL_OPERATOR, files=files, as_of=as_of or timezone.localdate())
        status = screen_now(run_id, tell=self._stage)
        with walled(LOCAL_OPERATOR):
            problems = get_screening(LOCAL_OPERATOR, run_id=run_id).problems
            report = load_report(LOCAL_OPERATOR, run_id=run_id)
        if status != "done":
            lang = "en" if self.column else "zh"
            raise CommandError("\n".join(problem.text(lang) for problem in problems) or status)
        if report is None:
            raise CommandError(
                "The load did not finish; run this again." if self.column else "载入没有完成，请重新运行。"
            )
        return report

    def _copied(self, folder: Path) -> tuple[IncomingFile, ...]:
        if not folder.is_dir():
            return ()
        incoming = Path(settings.FILE_UPLOAD_TEMP_DIR)
        incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = []
        for path in sorted(folder.iterdir()):
            if path.is_file() and not path.name.startswith((".", "~$")):
                copy = incoming / uuid.uuid4().hex
                shutil.copyfile(path, copy)
                found.append(IncomingFile(path.name, copy))
        return tuple(found)

    def _watch(self, done: int, total: int) -> bool:
        self._stage(LOADING, 0)
        if done:
            self._say(f"      {done:,} / {total:,}")
        return True

    def _stage(self, stage: str, percent: int) -> None:
        """Says each stage once, when it begins."""
        if not stage or stage in self.told:
            return
        self.told.add(stage)
        words = _LOADING_WORDS if stage == LOADING else STAGES.get(stage, (stage, stage))
        self._say(f"… {words[self.column]}")

    def _say(self, line: str) -> None:
        self.stderr.write(line)
        self.stderr.flush()

    def _tell_report(self, report: LoadReport) -> None:
        lines = (
            ("线索", "Leads", "leads"),
            ("  新的", "  new", "new"),
            ("  以前就有、已更新", "  known and brought up to date", "refreshed"),
            ("  重新打开", "  opened again", "reopened"),
            ("  名册中已没有而结束", "  ended: no longer in the rosters", "ended"),
            ("  已没有但有人在办", "  kept though gone: somebody works on them", "kept"),
            ("建档的人", "People on file", "people"),
            ("做出的认定", "Determinations made", "determinations"),
            ("分到村", "Given to villages", "to_villages"),
            ("等乡镇分派", "Waiting for townships", "to_townships"),
            ("在县级队列", "In the county's queue", "to_county"),
        )
        for zh, en, key in lines:
            if report[key] or key in ("leads", "new"):
                self.stdout.write(f"{report[key]:>9,}  {en if self.column else zh}")
