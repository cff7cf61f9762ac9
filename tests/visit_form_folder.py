"""A form that a place adds to visits, written as an officer would write it. No place asks this."""

from __future__ import annotations

from openpyxl import Workbook

ZH, EN = "label::中文 (zh)", "label::English (en)"
HEAD = ("type", "name", ZH, EN, "hint::中文 (zh)", "hint::English (en)", "required", "relevant", "constraint",
        "constraint_message::中文 (zh)", "constraint_message::English (en)", "calculation")  # fmt: skip


def row(kind, name="", zh="", en="", **more):
    """A line of the sheet `survey`."""
    said = {"type": kind, "name": name, ZH: zh, EN: en, **more}
    return tuple(said.get(column, "") for column in HEAD)


def limit(text, zh="请再看一遍。", en="Look at it again."):
    return {"constraint": text, HEAD[9]: zh, HEAD[10]: en}


SURVEY = (
    row("select_one yes_no", "heated", "冬天家里有取暖吗？", "Is the home heated in winter?", required="yes"),
    row("begin group", "cold", "不取暖的家", "A home without heating", relevant="${heated} = 'no'"),
    row("select_multiple reasons", "why", "为什么没有取暖？", "Why is it not heated?"),
    row("integer", "cold_rooms", "几间屋子没有取暖？", "How many rooms are not heated?", **limit(". >= 1 and . <= 20", "填 1 到 20。", "Give 1 to 20.")),
    row("text", "what", "是什么原因？", "What is the reason?", relevant="selected(${why}, 'other')"),
    row("end group"),
    row("date", "looked_on", "哪天看的屋子？", "When were the rooms looked at?", **limit(". <= today()")),
    row("select_one yes_no", "dibao", "村里知道他家领低保吗？", "Does the household receive dibao?"),
    row("calculate", "beds", calculation="if(${cold_rooms} > 2, ${cold_rooms} * 2 - 1, 2)"),
    row("note", "advice", "先问有没有被褥。", "Ask about bedding first.", relevant="not(${heated} = 'yes') and ${beds} >= 5"),
)  # fmt: skip
CHOICES = (
    ("yes_no", "yes", "有", "Yes"),
    ("yes_no", "no", "没有", "No"),
    ("reasons", "stove", "没有炉子", "No stove"),
    ("reasons", "fuel", "没有柴煤", "No fuel"),
    ("reasons", "other", "别的原因", "Another reason"),
)
DEFINITION = """code: winter
name: {zh: 冬季取暖, en: Heating in winter}
about: household
when: every_visit
class: 3
sources: [{document: gf_2016_36}]
"""
VECTORS = """vectors:
  - answers: {}
    asked: {heated: yes, why: unknown, cold_rooms: unknown, what: unknown, advice: unknown}
    values: {beds: unknown}
  - answers: {heated: unknown}
    asked: {why: unknown, advice: unknown}
  - answers: {heated: yes, cold_rooms: "3"}
    asked: {why: no, cold_rooms: no, what: no, advice: no}
    values: {beds: unknown}
  - answers: {heated: no, why: stove other, cold_rooms: "3"}
    asked: {why: yes, cold_rooms: yes, what: yes, advice: yes}
    values: {beds: 5}
  - answers: {heated: no, why: fuel, cold_rooms: "2"}
    asked: {what: no, advice: no}
    values: {beds: 2}
  - answers: {heated: no, why: fuel moon, cold_rooms: "21", looked_on: "2026-11-03"}
    today: 2026-11-02
    asked: {what: unknown}
    refused: [why, cold_rooms, looked_on]
  - answers: {heated: no, cold_rooms: two, looked_on: "2026-11-02"}
    today: 2026-11-02
    refused: [cold_rooms]
"""


def write_form(
    root,
    *,
    survey=SURVEY,
    choices=CHOICES,
    pack="cn_51",
    code="winter",
    definition=DEFINITION,
    vectors=VECTORS,
    form_id=None,
):
    """Write a form's folder into a copy of the packs; its folder."""
    folder = root / pack / "visit_forms" / code
    folder.mkdir(parents=True, exist_ok=True)
    book = Workbook()
    sheets = (
        ("survey", HEAD, survey),
        ("choices", ("list_name", "name", ZH, EN), choices),
        ("settings", ("form_title", "form_id", "default_language"), [("冬季取暖", form_id or code, "中文 (zh)")]),
    )
    book.remove(book.active)
    for name, head, rows in sheets:
        sheet = book.create_sheet(name)
        for line in (head, *rows):
            sheet.append(line)
    book.save(folder / "form.xlsx")
    (folder / "form.yaml").write_text(definition, encoding="utf-8")
    (folder / "vectors.yaml").write_text(vectors, encoding="utf-8")
    return folder
