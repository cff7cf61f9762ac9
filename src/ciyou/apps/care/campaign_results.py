"""What a campaign's questionnaires came to, in numbers that may be told: counted by the machine, once, when the campaign closes."""

from __future__ import annotations

from collections import Counter

from ciyou.apps.audit.wall import walled
from ciyou.apps.care.contents import ResultContent, open_result
from ciyou.apps.care.models import Campaign, CampaignState, FilledQuestionnaire
from ciyou.apps.registry.scoping import never_counted
from ciyou.core.access.actor import LOCAL_OPERATOR
from ciyou.core.indicators.suppression import suppress_column
from ciyou.core.questionnaires import TOTAL
from ciyou.packs import load_limits

REACHED, BELOW, UNKNOWN = "reached", "below", "unknown"
HINTS = (REACHED, BELOW, UNKNOWN)
_SMALL = "small_cell"


def results_of(row: Campaign) -> dict[str, object]:
    """How many had which hint, and which band where the questionnaire has bands; small numbers left out, and what would give them away.

    Protected children are in no figure. Nothing is told of flagged answers: they go their own way the same day.
    """
    threshold = load_limits()[_SMALL].value
    hints, bands = Counter(dict.fromkeys(HINTS, 0)), Counter[str]()
    with walled(LOCAL_OPERATOR):
        asked = row.children.filter(state=CampaignState.ASKED).exclude(person__in=never_counted())
        filled = FilledQuestionnaire.objects.filter(id__in=asked.values("filled"))
        for one in filled.only("id", "result").iterator(chunk_size=500):
            found = open_result(one.id, one.result)
            hints[hint_of(found)] += 1
            bands[_band_of(found)] += 1
    told = {"threshold": threshold, "hints": _told(hints, threshold)}
    return told | ({"bands": _told(bands, threshold)} if set(bands) - {UNKNOWN} else {})


def hint_of(result: ResultContent) -> str:
    """What all scales say together: one that is a hint decides; one that is not certain leaves it open."""
    said = [one.reached for one in result.result.measured if result.cut_offs.get(one.scale)]
    if True in said:
        return REACHED
    return UNKNOWN if None in said or not said else BELOW


def _band_of(result: ResultContent) -> str:
    total = next((one for one in result.result.measured if one.scale == TOTAL), None)
    return UNKNOWN if total is None or total.band is None else str(total.band)


def _told(counts: Counter[str], threshold: int) -> dict[str, int | None]:
    column = suppress_column(counts, threshold=threshold)
    return {key: cell.count for key, cell in column.cells.items()}
