"""The titles of a short list of the national system, for tests without a database."""

TITLES = (
    "姓名",
    "身份证号码",
    "性别",
    "出生日期",
    "户籍地区划代码",
    "儿童类别",
    "残疾等级",
    "父亲情况",
    "发放标准（元/月）",
)
