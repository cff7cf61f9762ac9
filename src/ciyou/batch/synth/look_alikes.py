"""Characters and spellings that are taken for each other: by ear, by eye, and from one script to another."""

from __future__ import annotations

# Characters that sound alike (tones aside); the first of a group need not be the commonest.
_SOUND_GROUPS = (
    "子梓紫孜姿 涵晗寒含韩翰 宇雨语羽禹玉裕煜昱 轩萱宣暄 浩昊皓豪灏郝 欣心新馨鑫昕 怡宜仪一依伊以亦奕艺逸 "
    "佳嘉家加 思斯丝 雅娅亚 婷亭廷庭 睿锐瑞蕊 泽则择 铭明鸣名茗 博勃伯波柏 晨辰宸陈成诚承澄 杰洁捷婕 "
    "俊军君均峻竣 伟玮炜维薇卫 强蔷 勇永泳咏 波博 斌彬滨冰兵 辉晖慧惠汇会 鹏朋彭 平萍苹屏 华花桦 "
    "丽莉利立力俐 芳方芬 燕艳雁彦颜妍言研 霞夏 敏民 娟涓鹃 梅玫美 红宏洪鸿弘 英瑛颖莹 玲灵铃林琳霖琪 "
    "静婧靖京晶 蓉容荣融 兰岚蓝 小晓筱 春椿 志智治知芷 海孩 文雯闻 国果 建健剑见 秀绣 金今锦 桂贵 "
    "淑舒书叔沐 琪棋祺淇 宁柠凝 悦月越玥 晴情清青庆 桐彤童同 菲飞妃 远元媛源 舟周 恒衡 阳杨扬洋 张章 "
    "李黎 刘柳 黄皇 吴伍武 徐许 何贺和禾 谢解 余于俞 付傅富福 肖萧 曾增 罗骆 向项 "
)
# Characters that look alike, in print or in a clerk's handwriting.
_SHAPE_GROUPS = (
    "宇字 昊吴 晨震 琪淇 睿容 泽择 博傅 晴睛 辰展 怡恰 彤彬 佳住 梓辞 欣欧 宁宇 瑞端 然燃 轩轷 "
    "薇微 雯雪 茹菇 芷芏 沐休 婉惋 汐沙 书节 军车 伟玮 波坡 斌武 辉挥 鹏鸥 林材 明朋 东车 丽雨 "
    "芳劳 燕蒸 敏致 娟捐 梅悔 艳绝 玲珍 静睁 兰三 洁浩 春眷 海诲 永水 秀季 金全 曹曾 邓郑 孟盂 "
    "陆陈 贾贺 侯候 任仕 冉再 "
)
TRADITIONAL = dict(
    zip(
        "陈张刘杨黄赵吴孙马罗郑谢许冯萧叶蒋苏吕卢钟谭陆贾韦邹阎龙贺顾龚万钱严铭轩泽宁晓军伟强涛刚辉鹏华东飞丽艳红静兰云国建志宝凤莲贞书语诗颖莹荣荞远阳涵",
        "陳張劉楊黃趙吳孫馬羅鄭謝許馮蕭葉蔣蘇呂盧鍾譚陸賈韋鄒閻龍賀顧龔萬錢嚴銘軒澤寧曉軍偉強濤剛輝鵬華東飛麗艷紅靜蘭雲國建誌寶鳳蓮貞書語詩穎瑩榮蕎遠陽涵",
        strict=True,
    )
)
# The same sound written with other characters: transliterations of one minority name.
OTHER_SPELLINGS = (
    ("泽仁", "次仁"),
    ("扎西", "扎喜"),
    ("索朗", "索南"),
    ("贡布", "工布"),
    ("拥措", "雍措"),
    ("志玛", "卓玛"),
    ("德青", "德庆"),
    ("益西", "益喜"),
    ("邓珠", "顿珠"),
    ("伍各", "五各"),
    ("尔呷", "尔嘎"),
    ("阿呷", "阿嘎"),
    ("子布", "孜布"),
    ("阿果", "阿各"),
    ("海来", "海勒"),
    ("吉木", "及木"),
    ("曲木", "渠木"),
    ("买买提", "麦麦提"),
    ("图尔迪", "吐尔地"),
    ("吐鲁洪", "吐尔洪"),
    ("艾尼瓦尔", "安尼瓦尔"),
    ("库尔班", "库班"),
    ("阿孜古丽", "阿孜古力"),
    ("热孜万", "热孜宛"),
    ("再娜普", "再乃普"),
)


def _neighbors(groups: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for group in groups.split():
        for character in group:
            found[character] = found.get(character, "") + group.replace(character, "")
    return {character: others for character, others in found.items() if others}


SOUND_ALIKE = _neighbors(_SOUND_GROUPS)
SHAPED_ALIKE = _neighbors(_SHAPE_GROUPS)
