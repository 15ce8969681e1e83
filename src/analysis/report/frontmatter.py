"""What stands around the chapters: title page, sources, attached files."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.base.language import language, tr
from analysis.base.periods import GRAINS, MONTH_NAMES, short_period
from analysis.base.text import own_yaml
from analysis.claims.verdicts import count_conflicts, count_verdicts, listed_words, read_verdicts
from analysis.claims.wording import MEANINGS
from analysis.notebook.edition import Edition
from analysis.notebook.prose import MARKS, concepts
from analysis.report.conversion import APPENDIX, CHAPTER, CHAPTER_HEAD, SUMMARY, Chapter, Renderer
from analysis.report.markup import Labels, concept_label, typst_string, typst_text
from analysis.tables.case import Case

_WORDS: Mapping[str, Any] = own_yaml(__file__, "frontmatter.yaml")

# Larger files (a user's own millions of rows) are left out of the PDF.
LARGEST_ATTACHMENT = 5_000_000


@dataclass(frozen=True)
class Attachment:
    """A file embedded in the PDF.

    Attributes
    ----------
    name : str
        Name under which PDF readers list it.
    path : Path
        The file.
    description : str
        What it holds, in a few words.
    relationship : str
        PDF/A-3 relationship to the document: source, data or supplement.
    mime : str
        Its media type.
    """

    name: str
    path: Path
    description: str
    relationship: str = "data"
    mime: str = "text/csv"

    @property
    def size(self) -> int:
        """Number of its bytes."""
        return self.path.stat().st_size


def attachments(edition: Edition) -> list[Attachment]:
    """Files that travel inside the PDF: claims, verdicts, ledger, KPI table, lock.

    Claims and verdicts are no matter of a periodic report.
    """
    case = edition.case
    raw, processed = case.raw, case.processed
    lock, locked = case.root / "requirements" / "report.txt", tr("Locked packages of the build")
    printed = {
        "claims.csv": "Every printed claim, with its place",
        "relations.csv": "How the quantities are related",
    }
    source = [Attachment(name, raw / name, text, "source") for name, text in printed.items()]
    source.append(Attachment("verdicts.csv", processed / "verdicts.csv", "Verdicts and evidence"))
    files = [
        *([] if edition.periodic else source),
        Attachment("kpis.csv", processed / "kpis.csv", tr("Indicators by period")),
        *(
            Attachment(f"ledger_{path.name}", path, _about_rows(case, path.stem))
            for path in sorted((processed / "ledger").glob("*.csv"))
        ),
        Attachment("requirements.txt", lock, locked, "supplement", "text/plain"),
    ]
    return [one for one in files if one.path.is_file() and one.size <= LARGEST_ATTACHMENT]


def _about_rows(case: Case, table: str) -> str:
    named = table.replace("_", " ")
    if case.has_own_rows:
        return tr("Checked rows: {table}", table=named)
    return f"Ledger, {named}: synthetic rows"


def inputs_digest(folder: Path) -> str:
    r"""SHA-256 over the ``sha256sum`` listing of a folder, its files in byte order of their paths.

    The same as ``find . -type f -printf '%P\n' | LC_ALL=C sort | xargs sha256sum | sha256sum``.
    """
    files = {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".") and not path.name.endswith("~")
    }
    lines = "".join(
        f"{_sha256(files[name])}  {name}\n"
        for name in sorted(files, key=lambda name: name.encode("utf-8"))
    )
    return hashlib.sha256(lines.encode("utf-8")).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sources(case: Case, chapters: Collection[str]) -> list[str]:
    """Typst markup of the works the report rests on: the case's own, and those of its chapters."""
    own, entries = case.parameters.source, []
    if own is not None:
        authors, title, date = map(typst_text, (own.authors, own.title, own.published))
        entries.append(f"{authors} ({date}). #emph[{title}].")
    for entry in own_yaml(__file__, "sources.yaml"):
        if any(name.endswith(entry["chapter"]) for name in chapters):
            entries.append(entry["markup"])
    return entries


def _about(edition: Edition) -> str:
    case, source = edition.case, edition.case.parameters.source
    if edition.periodic and case.has_own_rows:
        return typst_text(f"{edition.about()} {_rows_of(case)}")
    if edition.periodic:
        return typst_text(_WORDS["period"].format(about=edition.about()))
    if source is None:
        return typst_text(_rows_of(case))
    named = {name: typst_text(text) for name, text in source.model_dump().items()}
    text = str(_WORDS["publication"].format_map(named))
    return text if case.parameters.kind == "printed" else f"{text} {_WORDS['ledger']}"


def _kinds(chapters: Iterable[Chapter]) -> list[tuple[str, str]]:
    """List the marks that the chapters use, with what each says."""
    used = {kind for chapter in chapters for kind in chapter.kinds}
    return [(kind, f"[{typst_text(_WORDS['kinds'][kind])}]") for kind in MARKS if kind in used]


def _rows_of(case: Case) -> str:
    if case.parameters.kind == "yours":
        return tr("All numbers are computed from rows that the firm supplied.")
    return tr("All rows are made up, as an example: there is no such firm.")


def _colophon(edition: Edition, moment: datetime) -> list[tuple[str, str]]:
    case = edition.case
    built = f"{_raw('make report' + edition.make_options())} builds this file"
    rebuild = "Rebuild", f"{built}."
    if case.parameters.calibration is not None and not edition.periodic:
        rebuild = "Rebuild and check", f"{built}, {_raw('make verify')} compares it byte by byte."
    stamped = "the day the source appeared" if case.parameters.source else "the date of the case"
    digest = inputs_digest(case.raw)
    return [
        ("Dated", _WORDS["dated"].format(day=_day(moment), stamped=stamped)),
        rebuild,
        ("Inputs", f"{_raw('data/raw/' + case.name)}, SHA\\-256 {_raw(digest)}"),
    ]


def _raw(text: str) -> str:
    return f"#raw({typst_string(text)})"


def _day(moment: datetime) -> str:
    """Day in the language in use, whatever the locale of the machine."""
    if language().code == "en":
        return f"{moment.day} {MONTH_NAMES[moment.month - 1]} {moment.year}"
    return language().day(moment.date())


def _pairs(items: list[tuple[str, str]]) -> str:
    return "(" + "".join(f"({typst_string(name)}, {code}), " for name, code in items) + ")"


def main_source(
    edition: Edition, chapters: Sequence[Chapter], moment: datetime
) -> tuple[str, dict[str, bytes]]:
    """Typst source of the whole document, and the attached files it reads.

    Parameters
    ----------
    edition : Edition
        The report.
    chapters : sequence of Chapter
        Its chapters in reading order; one that stands in the summary with all its cells is none.
    moment : datetime
        The document's date.

    Returns
    -------
    tuple
        Source of ``main.typ``; path to bytes of the chapters, their figures and attached files.
    """
    case = edition.case
    summary = _summary(chapters)
    short = case.has_own_rows and not case.has_claims and len(chapters) == 1
    attached = [] if short else attachments(edition)
    bodies = {
        f"{folder}/{chapter.name}.typ": chapter.source(part)
        for folder, part in (("chapters", CHAPTER), ("appendix", APPENDIX))
        for chapter in chapters
        if chapter.part(part)
    }
    names = [chapter.name for chapter in chapters if chapter.part()]
    fields = {
        **_title_fields(edition, chapters, moment),
        "short": "true" if short else "false",
        "summary": f"[{summary}]" if summary else "none",
        "glossary": _glossary(chapters),
        "sources": "(" + "".join(f"[{entry}], " for entry in sources(case, names)) + ")",
        "files": "(" + "".join(_file(item) for item in attached) + ")",
    }
    included = [f"#include {typst_string('/' + name)}\n" for name in bodies if "chapters/" in name]
    tables = [
        f"#heading(level: 1)[Tables to chapter {names.index(chapter.name) + 1}]\n"
        f"#include {typst_string(f'/appendix/{chapter.name}.typ')}\n"
        for chapter in chapters
        if chapter.part(APPENDIX)
    ]
    if tables:
        included += ["#appendices[\n", *tables, "]\n"]
    main = f"{_HEAD}#show: report.with(({_setting(fields)}))\n{''.join(included)}"
    files = {f"/attached/{item.name}": item.path.read_bytes() for item in attached}
    files |= {f"/{name}": (CHAPTER_HEAD + body).encode("utf-8") for name, body in bodies.items()}
    for chapter in chapters:
        files |= chapter.assets
    return main, files


def title_source(edition: Edition, chapters: Sequence[Chapter], moment: datetime) -> str:
    """Typst source of the title page alone, for a picture of it."""
    setting = _setting(_title_fields(edition, chapters, moment))
    return f"{_HEAD}#show: title-only.with(({setting}))\n"


_HEAD = '#import "/template/report.typ": *\n'


def _setting(fields: Mapping[str, str]) -> str:
    return "".join(f"  {name}: {code},\n" for name, code in fields.items())


def _title_fields(
    edition: Edition, chapters: Sequence[Chapter], moment: datetime
) -> dict[str, str]:
    """Code of what the title page shows."""
    case, parameters = edition.case, edition.case.parameters
    judged = None
    if not edition.periodic and (case.processed / "verdicts.csv").is_file():
        judged = read_verdicts(case)
    counts = {} if judged is None else count_verdicts(judged)
    subtitle = edition.title() if edition.periodic else parameters.subtitle
    verdicts = [
        (word.replace(" ", "-"), f"{count}, [{typst_text(MEANINGS[word])}]")
        for word, count in counts.items()
        if word in listed_words({one for one, number in counts.items() if number})
    ]
    firm = case.has_own_rows and not case.has_claims
    foot = [] if firm else _colophon(edition, moment)
    colophon = [(name, f"[{body}]") for name, body in foot]
    eyebrow = _eyebrow(edition)
    if firm:
        dated = [short_period(edition.period), _day(moment)]
        named = [] if subtitle == eyebrow else [eyebrow]
        eyebrow = " · ".join([*named, *dated])
    return {
        "full-title": typst_string(f"{parameters.title}: {subtitle}"),
        "title": typst_string(parameters.title),
        # the first heading says what the usual subtitle does
        "subtitle": "none" if firm and not named else typst_string(subtitle),
        "eyebrow": f"[{typst_text(eyebrow)}]",
        "about": f"[{_about(edition)}]",
        "description": typst_string(eyebrow),
        "authors": "()",
        "keywords": '("Balanced Scorecard", "OKR", "KPI", "reproducibility")',
        "kinds": _pairs([] if firm else _kinds(chapters)),
        "plain": "true" if firm else "false",
        "note": "none" if judged is None else f"[{typst_text(_counting(judged))}]",
        "total": str(sum(counts.values())),
        "verdicts": _pairs(verdicts),
        "contradictions": str(0 if judged is None else count_conflicts(judged)),
        "colophon": _pairs(colophon),
    }


def _glossary(chapters: Sequence[Chapter]) -> str:
    """List the concepts that the chapters use: name, definition, all else, where it is defined."""
    entries = []
    labels = chapters[0].labels if chapters else Labels()
    for name, place in sorted(labels.concepts.items(), key=lambda item: item[0].lower()):
        render, target = Renderer(labels, place).inline, typst_string(concept_label(name))
        it = concepts()[name]
        parts = "".join(f"({typst_string(head)}, [{render(text)}]), " for head, text in it.parts)
        text = render(it.definition)
        entries.append(f"({typst_string(name)}, [{text}], ({parts}), label({target})), ")
    return f"({''.join(entries)})"


def _summary(chapters: Iterable[Chapter]) -> str:
    """Join what the chapters put in the summary, under a heading of its own or the first's."""
    text = "\n\n".join(filter(None, (chapter.source(SUMMARY).strip() for chapter in chapters)))
    if not text or text.startswith("#heading(level: 1)"):
        return text
    return f"#heading(level: 1)[Summary]\n\n{text}"


def _counting(frame: pd.DataFrame) -> str:
    """Say what the counts of verdicts do not show."""
    text = str(_WORDS["counting"])
    found = frame[frame["default"] & (frame["verdict"] == "reproduced")]
    return text if set(found["role"]) != {"structure"} else f"{text} {_WORDS['reproduced']}"


def _eyebrow(edition: Edition) -> str:
    case = edition.case
    if case.has_own_rows and not case.has_claims:
        return tr("Board report")
    if edition.periodic:
        return f"Balanced Scorecard and OKR, {GRAINS[edition.grain].often} report"
    if case.parameters.source is None:
        return "Balanced Scorecard and OKR report"
    if case.parameters.kind == "printed":
        return "Report on published numbers"
    return "Reproduction report on a published case study"


def _file(item: Attachment) -> str:
    fields = {
        "name": item.name,
        "path": f"/attached/{item.name}",
        "description": item.description,
        "relationship": item.relationship,
        "mime": item.mime,
        "digest": _sha256(item.path),
    }
    code = ", ".join(f"{name}: {typst_string(value)}" for name, value in fields.items())
    size = typst_string(f"{item.size:,}")
    return f"({code}, size: {size}), "
