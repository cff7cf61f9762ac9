"""Invented places: cities that stand in no gazetteer, with their counties, towns, villages and codes.

The codes begin with a real province (so that its overlay applies) and go on with a city number that GB/T 2260 has never
given out; an identity number that begins with one cannot be anybody's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from ciyou.batch.synth.chance import Chance

COUNTIES_PER_CITY = 99

_FIRST = "慈恤佑祺穗稷汀岫峦芷蘅翎鸢葵苇茸荞藜萤禧"
_SECOND = "安和坪川林泉丰岭桥浦"
_FARAWAY = "湄槿榆岚"

_TOWN_FIRST = "椿桑樟枫栗梨杏梧柚茶葛藤鹭雁鹤鹿麂獭"
_TOWN_SECOND = "坪湾渡垭岗塘畈滩埠浦岔坝冲坞"
_VILLAGE_FIRST = "上下前后新老东西南北大小"
_VILLAGE_MIDDLE = "椒麻荷菱苕麦豆瓜笋蕨橘桃梅柿楠柏杉槐榕蚕鱼羊牛"
_VILLAGE_LAST = "坡沟岭塘井田湾坎坪垅寨窝"


@dataclass(frozen=True)
class Village:
    """A village or neighborhood committee; `code` has 12 digits."""

    code: str
    name: str


@dataclass(frozen=True)
class Town:
    """A town, township or street office; `code` has 9 digits."""

    code: str
    name: str
    villages: tuple[Village, ...]


@dataclass(frozen=True)
class City:
    """An invented city; `code` has 4 digits."""

    code: str
    name: str
    province: str


@dataclass(frozen=True)
class County:
    """An invented county; `code` has 6 digits. `index` counts the counties that can deliver rosters, from 0."""

    code: str
    name: str
    city: City
    index: int = -1


SICHUAN = City("5199", "慈州市", "四川省")
FUJIAN = City("3599", "萤浦市", "福建省")
DELIVERING = (SICHUAN, FUJIAN)
FARAWAY = (City("3399", "蔚汀市", "浙江省"), City("4499", "禾湄市", "广东省"), City("5299", "藜川市", "贵州省"))
MOST_COUNTIES = COUNTIES_PER_CITY * len(DELIVERING)


@cache
def delivering_county(index: int) -> County:
    """The county with that index: even ones in Sichuan, odd ones in Fujian, so that both overlays are met."""
    number, which = divmod(index, len(DELIVERING))
    city = DELIVERING[which]
    name = which * COUNTIES_PER_CITY + which + number
    kind = "区" if number % 6 == 5 else "县"
    return County(f"{city.code}{number + 1:02d}", f"{_FIRST[name // 10]}{_SECOND[name % 10]}{kind}", city, index)


@cache
def faraway_counties() -> tuple[County, ...]:
    """Counties elsewhere, where people work or move to; nobody is born there and no roster comes from there."""
    return tuple(
        County(f"{city.code}{number:02d}", f"{first}{_SECOND[which]}区", city)
        for which, city in enumerate(FARAWAY)
        for number, first in enumerate(_FARAWAY, start=1)
    )


@cache
def towns_of(county: County) -> tuple[Town, ...]:
    """The county's towns with their villages; they depend on its code alone, so every seed has the same map."""
    chance = Chance("places", county.code)
    names = [first + second for first in _TOWN_FIRST for second in _TOWN_SECOND]
    chance.shuffle(names)
    streets, townships = chance.between(1, 2), chance.between(3, 5)
    kinds = ["街道"] * streets + ["镇"] * chance.between(7, 10) + ["乡"] * townships
    base = {"街道": 1, "镇": 100, "乡": 200}
    towns = []
    for position, (kind, name) in enumerate(zip(kinds, names, strict=False)):
        code = f"{county.code}{base[kind] + position:03d}"
        towns.append(Town(code, name + kind, tuple(_villages(chance, code, urban=kind == "街道"))))
    return tuple(towns)


def _villages(chance: Chance, town_code: str, *, urban: bool) -> Iterator[Village]:
    names = [first + middle + last for first in _VILLAGE_FIRST for middle in _VILLAGE_MIDDLE for last in _VILLAGE_LAST]
    chance.shuffle(names)
    for number, name in enumerate(names[: chance.between(7, 14)]):
        yield Village(f"{town_code}{(1 if urban else 200) + number:03d}", name + ("社区" if urban else "村"))


DIVISION_COLUMNS = ("code", "name", "level", "parent")


def division_rows(counties: int) -> Iterator[tuple[str, str, str, str]]:
    """The map as rows (code, name, level, parent), codes padded to 12 digits; towns only where rosters come from."""
    cities = DELIVERING + FARAWAY
    for city in sorted(cities, key=lambda city: city.code):
        yield _padded(city.code[:2]), city.province, "province", ""
        yield _padded(city.code), city.name, "city", _padded(city.code[:2])
    everywhere = [delivering_county(index) for index in range(MOST_COUNTIES)]
    for county in sorted((*everywhere, *faraway_counties()), key=lambda county: county.code):
        yield _padded(county.code), county.name, "county", _padded(county.city.code)
        if 0 <= county.index < counties:
            yield from _town_rows(county)


def _town_rows(county: County) -> Iterator[tuple[str, str, str, str]]:
    for town in towns_of(county):
        yield _padded(town.code), town.name, "township", _padded(county.code)
        for village in town.villages:
            yield village.code, village.name, "village", _padded(town.code)


def _padded(code: str) -> str:
    return code.ljust(12, "0")
