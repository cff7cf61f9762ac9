"""Township and village out of an address as people write it; only by its words, no list of places is consulted."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# Cities and counties whose own names hold the words that otherwise end the search for one.
_CITY_WITH_TOWN_WORD = "景德镇市|新乡市|萍乡市"
_COUNTY_WITH_TOWN_WORD = "[金西内武新]乡县|[宁湘桐]乡[市县]|东乡族自治县|东乡[县区]|乡[城宁]县|周村区|沙市区|津市市|市[中南北]区|[东西]?城区|[郊矿]区"
_UPPER = re.compile(
    r"(?:中国)?(?:.{2,8}?(?:自治区|特别行政区|省))?"
    rf"(?:{_CITY_WITH_TOWN_WORD}|(?!(?:{_COUNTY_WITH_TOWN_WORD}))[^省镇乡村]{{2,9}}?(?:自治州|地区|盟|市))?"
    rf"(?:{_COUNTY_WITH_TOWN_WORD}"
    r"|[^省市乡村][^省市镇乡村街]{0,8}?(?:自治县|自治旗|林区|特区|新区|县|旗|(?<![社街小])区|市))?"
)
_TOWN = re.compile(r"([^省县]{1,9}?(?:街道办事处|街道办|街道|民族乡|苏木|镇(?!镇)|乡))")
_VILLAGE = re.compile(
    r"([^镇乡]{1,10}?)(社区居民委员会|社区居委会|村民委员会|村委会|村委|居民委员会|居委会|社区|嘎查|村)(?![村委居社])"
)
_COMMITTEES = {"村民委员会": "村", "村委会": "村", "村委": "村"}
_COMMITTEES |= dict.fromkeys(("社区居民委员会", "社区居委会", "居民委员会", "居委会"), "社区")
_BLANKS = re.compile(r"[\s,，。.、;；:：()（）\-—_/]+")


@dataclass(frozen=True, slots=True)
class AddressReading:
    """`town` (龙门镇, 红星街道) and `village` (石门村, 幸福社区) with one ending per kind; None where the address names none."""

    town: str | None
    village: str | None


_NOTHING = AddressReading(None, None)


def parse_village(address: str | None) -> AddressReading:
    """Township and village of an address; committees of a village are read as the village (石门村委会 → 石门村)."""
    if not address:
        return _NOTHING
    text = _BLANKS.sub("", unicodedata.normalize("NFKC", address))
    upper = _UPPER.match(text)
    start = upper.end() if upper else 0
    town = _TOWN.match(text, start)
    village = _VILLAGE.match(text, town.end() if town else start)
    return AddressReading(
        town=_short_town(town[1]) if town else None,
        village=_name_of_village(village[1], village[2]) if village else None,
    )


def _name_of_village(name: str, ending: str) -> str:
    kind = _COMMITTEES.get(ending, ending)
    # "东关村村委会" is the committee of 东关村.
    return name if kind != ending and name.endswith(kind) and len(name) > 1 else name + kind


def _short_town(town: str) -> str:
    return town.removesuffix("办事处").removesuffix("办")
