"""Names of people who do not exist: own tables, with weights only roughly like the country's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ciyou.batch.synth.chance import Chance, Wheel


class NameStyle(StrEnum):
    """How a name is built, and so what can go wrong with it."""

    HAN = "han"
    TIBETAN = "tibetan"
    YI = "yi"
    UYGHUR = "uyghur"


@dataclass(frozen=True, slots=True)
class PersonalName:
    """A name in its two parts; `text` is how it is written when nothing goes wrong."""

    surname: str
    given: str
    style: NameStyle

    @property
    def text(self) -> str:
        """The whole name."""
        return self.surname + self.given


# Surname and rough number of bearers per thousand.
_SURNAMES = (
    "王72李71张67刘53陈45杨31黄23赵22吴21周20徐15孙15马14朱13胡12郭12何12林12高10罗10郑9梁9谢8宋7唐7许7邓7冯6韩6曹6曾6彭6"
    "肖6蔡5潘5田5董5袁5于5余5叶5蒋5杜5苏5魏5程5吕5丁4沈4任4姚4卢4傅4钟4姜4崔4谭4廖4范4汪4陆4金4石3戴3贾3韦3夏3邱3方3侯3邹3熊3"
    "孟3秦3白3江3阎3薛3尹3段3雷3黎2史2龙2陶2贺2顾2毛2郝2龚2邵2万2钱2严2覃2武2莫2孔2向2常2汤2康1易1乔1赖1文1施1洪1辛1柯1颜1倪1"
    "蓝1游1温1芦1季1殷1章1鲁1葛1伍1申1尤1毕1聂1焦1柳1邢1岳1齐1庄1涂1欧1阮1"
)
_TWO_CHARACTER_SURNAMES = ("欧阳", "上官", "司徒", "诸葛", "东方")

_GIVEN = {
    # (male, generation): characters for the first and the second place
    (True, "old"): ("国建德世永光明志家文玉正天学长", "国华明富贵林生清才发福成元云根祥"),
    (False, "old"): ("秀桂玉素淑春凤兰翠月菊金碧莲", "英兰珍芳华香莲云容琼清碧贞蓉"),
    (True, "parent"): ("建志海小文永国晓俊少光春大正兴云立宏", "军伟强勇涛波刚斌辉鹏峰平龙华林明东超杰飞"),
    (False, "parent"): ("小晓丽春雪红海秀玉燕金艳冬利美文静", "丽芳燕霞敏娟梅艳红英玲琴萍静花华莉蓉兰洁"),
    (True, "child"): ("子浩宇俊梓一奕嘉昊睿铭皓承思泽明沐景书知", "轩宇涵泽辰然睿豪杰浩航博晨瑞霖阳宸远舟恒"),
    (False, "child"): ("梓雨欣诗思子一可佳若语依雅芷沐婉心书清安", "涵萱怡彤妍瑶琪宁悦晴桐薇雯菲颖蕊汐禾乐言"),
}
_ONE_CHARACTER_SHARE = {"old": 0.12, "parent": 0.30, "child": 0.09}

_TIBETAN = {
    True: ("多吉", "丹巴", "罗布", "索朗", "贡布", "泽仁", "尼玛", "扎西", "益西", "土登", "降措", "邓珠"),
    False: ("卓玛", "拥措", "志玛", "曲措", "拉措", "央宗", "泽西", "白玛", "仁青", "格西", "梅朵", "德青"),
}
_YI_CLANS = ("阿苏", "吉木", "沙马", "曲木", "马黑", "俄尔", "甲巴", "海来", "约其", "勒格", "且沙", "尔布")
_YI_GIVEN = {
    True: ("伍各", "拉且", "尔呷", "木果", "子布", "阿鲁", "约布", "石哈", "古哈"),
    False: ("阿果", "伍牛", "子洛", "石作", "阿呷", "尔洛", "木各", "有作", "曲西"),
}
_UYGHUR = {
    True: ("艾尼瓦尔", "图尔迪", "阿里木", "依斯马伊力", "买买提明", "吐鲁洪", "亚森", "库尔班", "阿布力孜", "塞买提"),
    False: ("阿孜古丽", "帕丽达", "古丽仙", "热孜万", "玛依拉", "茹仙古丽", "阿米娜", "佐合拉", "海丽其", "再娜普"),
}


def _surname_wheel() -> Wheel[str]:
    weights: dict[str, float] = {}
    surname = ""
    for character in _SURNAMES:
        if character.isdigit():
            weights[surname] = weights.get(surname, 0.0) * 10 + int(character)
        else:
            surname = character
    return Wheel(weights | dict.fromkeys(_TWO_CHARACTER_SURNAMES, 0.6))


def _fading(characters: str) -> Wheel[str]:
    return Wheel({character: 1 / (place + 4) for place, character in enumerate(characters)})


_SURNAME_WHEEL = _surname_wheel()
_GIVEN_WHEELS = {key: (_fading(first), _fading(second)) for key, (first, second) in _GIVEN.items()}


def draw_surname(chance: Chance) -> str:
    """A Han surname, by weight."""
    return _SURNAME_WHEEL.spin(chance)


def draw_han_given(chance: Chance, *, male: bool, generation: str) -> str:
    """A Han given name of one or two characters, in the taste of `old`, `parent` or `child`."""
    first, second = _GIVEN_WHEELS[male, generation]
    if chance.unit() < _ONE_CHARACTER_SHARE[generation]:
        return second.spin(chance)
    return first.spin(chance) + second.spin(chance)


def draw_name(chance: Chance, style: NameStyle, *, surname: str, male: bool, generation: str) -> PersonalName:
    """A full name. `surname` is the Han surname, the Yi clan or the Uyghur father's given name; Tibetan names have none."""
    if style is NameStyle.HAN:
        return PersonalName(surname, draw_han_given(chance, male=male, generation=generation), style)
    if style is NameStyle.TIBETAN:
        first = chance.pick(_TIBETAN[male])
        return PersonalName("", first + chance.pick([part for part in _TIBETAN[male] if part != first]), style)
    if style is NameStyle.YI:
        return PersonalName(
            surname, chance.pick(_YI_GIVEN[male]) + ("莫" if not male and chance.hit(0.3) else ""), style
        )
    return PersonalName("", f"{chance.pick(_UYGHUR[male])}·{surname}", style)


def draw_family_name(chance: Chance, style: NameStyle) -> str:
    """What a father hands on: a surname, a clan, a father's name, or nothing."""
    if style is NameStyle.HAN:
        return draw_surname(chance)
    if style is NameStyle.YI:
        return chance.pick(_YI_CLANS)
    return chance.pick(_UYGHUR[True]) if style is NameStyle.UYGHUR else ""


def twin_name(chance: Chance, elder: PersonalName, *, male: bool) -> PersonalName:
    """A twin's name: the elder's with another last character (Han), so that the two look alike."""
    if elder.style is not NameStyle.HAN or len(elder.given) < 2:
        handed_on = elder.given.partition("·")[2] or elder.surname
        return draw_name(chance, elder.style, surname=handed_on, male=male, generation="child")
    second = _GIVEN_WHEELS[male, "child"][1]
    last = elder.given[-1]
    while last == elder.given[-1]:
        last = second.spin(chance)
    return PersonalName(elder.surname, elder.given[0] + last, elder.style)
