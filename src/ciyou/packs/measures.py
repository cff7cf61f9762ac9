"""The measures M1–M21 that every rule is counted under, each in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

from ciyou.core.rules.words import Phrase

MEASURES: Mapping[str, Phrase] = {
    "M1": Phrase("提高保障标准", "Raise support"),
    "M2": Phrase("方便申请", "Easier to get"),
    "M3": Phrase("物质加服务", "Material and service"),
    "M4": Phrase("基本医疗保险", "Medical insurance"),
    "M5": Phrase("医疗救助", "Medical assistance"),
    "M6": Phrase("康复", "Rehabilitation"),
    "M7": Phrase("平等就学", "Equal access to school"),
    "M8": Phrase("特殊教育", "Special education"),
    "M9": Phrase("学生资助", "Aid for education"),
    "M10": Phrase("教育培养", "Education and training"),
    "M11": Phrase("监测评估", "Monitoring and assessment"),
    "M12": Phrase("转介", "Referral"),
    "M13": Phrase("预防和惩治侵害", "Prevent and punish"),
    "M14": Phrase("救助", "Rescue"),
    "M15": Phrase("行为矫治", "Misbehavior"),
    "M16": Phrase("家庭尽责", "Family first"),
    "M17": Phrase("国家监护", "State guardianship"),
    "M18": Phrase("儿童福利机构", "Institutions"),
    "M19": Phrase("基层能力", "Grassroots capacity"),
    "M20": Phrase("制度和信息", "Rules and information"),
    "M21": Phrase("社会参与", "Society"),
}
