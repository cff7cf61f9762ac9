"""Surnames of two characters and surnames that are read otherwise than the character alone."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_COMPOUND = """
欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容
仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐
段干 百里 呼延 东郭 南门 羊舌 微生 梁丘 左丘 东门 西门 纳兰 完颜
"""
COMPOUND_SURNAMES = frozenset(_COMPOUND.split())

SURNAME_READINGS: Mapping[str, str] = MappingProxyType(
    {
        "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "查": "zha", "盖": "ge", "任": "ren", "区": "ou", "朴": "piao",
        "缪": "miao", "乐": "yue", "覃": "qin", "瞿": "qu", "尹": "yin", "逄": "pang", "翟": "zhai", "冼": "xian", "晁": "chao",
        "折": "she", "员": "yun", "郇": "xun", "柏": "bai", "宓": "mi", "幺": "yao", "黑": "he", "种": "chong", "秘": "bi",
        "召": "shao", "尉迟": "yu chi", "万俟": "mo qi", "长孙": "zhang sun", "澹台": "tan tai", "亓官": "qi guan", "鲜于": "xian yu",
        "闾丘": "lv qiu", "乐正": "yue zheng", "宰父": "zai fu", "谷梁": "gu liang", "拓跋": "tuo ba", "令狐": "ling hu",
        "呼延": "hu yan", "濮阳": "pu yang", "单于": "chan yu", "夏侯": "xia hou", "颛孙": "zhuan sun",
    }
)  # fmt: skip
"""Readings without tones, syllables apart; a surname that is missing here is read as its characters are."""
