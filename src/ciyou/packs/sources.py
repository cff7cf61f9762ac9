"""Documents that the law stands in, how they are cited, and what their confidence lets a rule do (one scale, contracts.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ciyou.core.errors import Place
from ciyou.core.rules.book import Source, Standing
from ciyou.packs.located_yaml import Notes, Section, nearest

SOURCE_KINDS = ("law", "regulation", "notice", "standard", "press", "statistic", "local_definition")
STANDING_OF_CONFIDENCE: Mapping[str, Standing] = {
    "A": Standing.DECIDES,
    "H": Standing.DECIDES,
    "B": Standing.FLAGGED,
    "M": Standing.FLAGGED,
    "C": Standing.SUGGESTS,
    "L": Standing.SUGGESTS,
    "K": Standing.SUGGESTS,
}
_WEAKNESS = (Standing.DECIDES, Standing.FLAGGED, Standing.SUGGESTS)


@dataclass(frozen=True)
class Document:
    """A document of `sources.yaml`, with the place where it is declared."""

    source: Source
    place: Place


def standing_of(source: Source) -> Standing:
    """What a source lets a rule do; a named person's verification lifts it to deciding."""
    return Standing.DECIDES if source.verified_by else STANDING_OF_CONFIDENCE[source.confidence]


def weakest(standings: Iterable[Standing]) -> Standing:
    """The weakest of several standings; a rule stands no firmer than its weakest source."""
    return max(standings, key=_WEAKNESS.index, default=Standing.SUGGESTS)


def read_documents(section: Section) -> dict[str, Document]:
    """All documents of a `sources.yaml`, by id; mistakes are noted."""
    found = {}
    for key, entry in section.entries():
        document = _read_document(key, entry)
        if document is not None:
            found[key] = Document(document, entry.place)
    return found


def _read_document(key: str, entry: Section) -> Source | None:
    kind = entry.choice("kind", SOURCE_KINDS, code="source_kind")
    confidence = entry.choice("confidence", STANDING_OF_CONFIDENCE, code="source_confidence")
    title, number = entry.text("title", required=False), entry.scalar("number", required=False)
    date = entry.date("date", partial=True)
    if number is None and not (title and entry.has("date")):
        entry.notes.add(
            entry.place,
            "source_unnumbered",
            f"来源“{key}”没有文号，就必须有标题和日期；请补上。",
            f"Source “{key}” has no number, so it needs a title and a date; add them.",
        )
    source = Source(
        id=key,
        kind=kind,
        title=title or number or "",
        number=number,
        article=None,
        date=date,
        confidence=confidence,
        url=entry.scalar("url", required=False),
        verified_by=entry.scalar("verified_by", required=False),
        note=entry.scalar("note", required=False),
    )
    entry.close()
    return source if kind and confidence else None


def read_citations(section: Section, documents: Mapping[str, Document]) -> tuple[Source, ...]:
    """The `sources:` of a rule or predicate version; none at all is refused."""
    entries = section.sections("sources", required=False)
    if not entries:
        section.notes.add(
            section.value_place("sources"),
            "no_source",
            "没有来源，不能使用；请在 sources 中写明文件（sources.yaml 中的代号）。",
            "It has no source and cannot be used; name a document of sources.yaml under `sources`.",
        )
    found = (read_citation(entry, documents) for entry in entries)
    return tuple(source for source in found if source is not None)


def read_citation(entry: Section, documents: Mapping[str, Document]) -> Source | None:
    """One citation: {document, article, confidence, note}."""
    article = entry.scalar("article", required=False)
    confidence = entry.scalar("confidence", required=False)
    if confidence is not None:
        confidence = entry.choice("confidence", STANDING_OF_CONFIDENCE, code="source_confidence") or None
    name, note = entry.text("document"), entry.scalar("note", required=False)
    source = find_document(name, documents, place=entry.value_place("document"), notes=entry.notes) if name else None
    entry.close()
    return None if source is None else cited(source, article=article, confidence=confidence, note=note)


def cited(
    source: Source, *, article: str | None = None, confidence: str | None = None, note: str | None = None
) -> Source:
    """A document as cited in one place: its article, and the confidence of just this statement."""
    return replace(
        source,
        id=f"{source.id}#{article}" if article else source.id,
        article=article,
        confidence=confidence or source.confidence,
        note=note or source.note,
    )


def find_document(name: str, documents: Mapping[str, Document], *, place: Place, notes: Notes) -> Source | None:
    """The document with this id, or None after noting that there is none."""
    if name in documents:
        return documents[name].source
    hint_zh, hint_en = nearest(name, documents)
    pack = place.file.removeprefix("own/").partition("/")[0]
    notes.add(
        place,
        "unknown_source",
        f"sources.yaml 中没有“{name}”；请先在 {pack}/sources.yaml 中登记该文件，一行：代号、类别、文号、标题、日期、置信度。{hint_zh}",
        f"No sources.yaml has “{name}”; declare the document in {pack}/sources.yaml first, on a line with kind, number, title, date and "
        f"confidence. {hint_en}".strip(),
    )
    return None
