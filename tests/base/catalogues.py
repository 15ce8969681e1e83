"""Texts that are translated, and the catalogues: ``python -m tests.base.catalogues`` sorts them.

It also adds what is missing, with an empty translation to be filled in, and removes what is no
longer used.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from inspect import cleandoc
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from babel.messages.pofile import normalize

from analysis.base.language import FOLDER, LOCALES, Code, catalogue
from analysis.base.periods import _FIRST_TO_FOURTH, GRAINS
from analysis.base.plan import PAPER
from analysis.claims.verdicts import read_verdicts
from analysis.dashboard.page import code as code_of_dashboard
from analysis.dashboard.page_data import sentences
from analysis.efficiency.dynamics import STEPS
from analysis.efficiency.quarterly_statements import RULES
from analysis.efficiency.ratios import CATALOGUE, LADDER
from analysis.figures.style import KIND_WORDS
from analysis.intake.case_files import TABLES
from analysis.intake.problems import _data, vocabulary
from analysis.kpis.catalogue import KPIS, MEASURES, METHOD, MONEY
from analysis.kpis.cube import PLAIN_FORM
from analysis.kpis.duck import _IN_WORDS
from analysis.kpis.levels import MORE, NOTHING, summed_columns
from analysis.method.key_results import load_okrs
from analysis.notebook.drawing import figures_by_report
from analysis.notebook.prose import MARKS
from analysis.show.firm_words import _ASKS
from analysis.show.indicator_tables import _DIRECTIONS
from analysis.show.publication_tables import DAYS, paper_claims
from analysis.show.wording import STATUS_COLOURS
from analysis.tables.case import load_case
from analysis.tables.columns import KEY, KEY_OR_EMPTY, PATTERNS, meaning
from analysis.tables.firm_tables import LEDGER_TABLES
from analysis.tables.schema import _MISSING, _SAID, _YAML_REMEDIES
from analysis.tables.strategy_tables import CHECK_INS, PLAN_TABLES

SOURCE = Path(__file__).parents[2] / "src/analysis"
TRANSLATED: tuple[Code, ...] = tuple(code for code in LOCALES if code != "en")
WIDTH = 100
NOTEBOOKS = ("board", "annex")
"""A firm's notebooks whose texts are translated."""
SEGMENTS = ("household", "shop", "company")
"""Segments of customers in the synthetic ledger."""
KEYS = {"from", "to", "types"}
"""Texts in double quotes beside those that scripts say."""
NOTES = (NOTHING, MORE, "must not be missing", "is no day of the calendar", PLAIN_FORM)
"""What the intake notes or says by a text of its own."""


class Text(NamedTuple):
    """A text, with its form for many where it has one."""

    one: str
    many: str = ""


WORDS = (
    *("and", "or", *KIND_WORDS.values(), *MARKS, "Figure"),
    *("days", "amounts", "keys", "such words", "key", "amount", "net amount", "kind of cost"),
    *("day of the invoice; decides the quarter", "day work ended; decides the quarter"),
    *("day; decides the period", "household, shop or company"),
    *("thousand", "million", "billion", "trillion"),
    *(word for words in STATUS_COLOURS.values() for word in words),
    *("no value", "no baseline", "no share of a baseline of zero", "no baseline, but met"),
    *("met before it began", "met before it began, and lost"),
    *("not met, and no baseline to score from", "service day", "indicator or measure", "claim"),
    *("indicator", "indicator or column"),
    *("Segment", "Customer", *_ASKS.values(), *GRAINS, *_DIRECTIONS.values(), "Joint score"),
    *("better than", "the same as", "worse than", "margin", "turnover", "multiplier"),
    *("short of the baseline", "on the way", "hours", "answers", "satisfied", "services"),
    *("Strengths", "Weaknesses", "Opportunities", "Threats", "Requested"),
    *("not recorded", "undefined"),
    *("average", "closing", *(table.title for table in (*LEDGER_TABLES, *PLAN_TABLES, CHECK_INS))),
    *("waiting", "working", "rows", "judgement", "dependent", "independent", "context"),
    *(record.english for record in CATALOGUE),
    *(step.english for level in LADDER for step in level.steps),
    *(*DAYS.values(), *(step for *_, step in STEPS)),
    *("strength", "weakness", "opportunity", "threat", "agrees", "differs", "not known yet"),
)
"""Words that stand in variables."""


def used() -> set[Text]:
    """Return every text that is translated somewhere."""
    places = (_called(), of_periods(), _of_indicators(), _of_template(), _of_firm())
    places += (_of_dashboard(), _of_the_paper(), _of_rules(), _of_figures())
    return {*chain(*places), *map(Text, WORDS)} - {Text(it) for it in ("%", MONEY, "", "–")}


def _called() -> Iterator[Text]:
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if node.func.id == "tr":
                    yield from map(Text, _given(node.args[0]))
                if node.func.id == "counted" and isinstance(node.args[0], ast.Constant):
                    yield Text(*(text for arg in node.args[:2] for text in _given(arg)))


def _given(argument: ast.expr) -> Iterator[str]:
    """Return the text of an argument; what stands for the grain of a period, for each grain."""
    if isinstance(argument, ast.Constant):
        yield str(argument.value)
    elif isinstance(argument, ast.JoinedStr):
        for grain in GRAINS:
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else grain
                for part in argument.values
            )


def of_periods() -> Iterator[Text]:
    """Return the forms of periods, whose translations may have other places."""
    for form in GRAINS.values():
        yield from (Text(form.short), Text(form.words), Text(form.rule))
    yield from map(Text, _FIRST_TO_FOURTH)


def _of_rules() -> Iterator[Text]:
    """Return what `make check` says is wrong, and what to do about it."""
    for rule in _data("rules.yaml").values():
        yield from (Text(rule.get(key, "")) for key in ("rule", "fix"))
    yield from map(Text, chain(*(rule.values() for rule in RULES.values())))
    yield from map(Text, (*vocabulary("told").values(), *PATTERNS.values(), *NOTES))
    yield Text(*vocabulary("questions").values())
    yield from map(Text, (*chain(*_SAID.values()), *_MISSING.values(), *_YAML_REMEDIES.values()))
    yield from map(Text, _IN_WORDS.values())
    for info in chain(*(table.row.model_fields.values() for table in TABLES)):
        limits = {getattr(rule, "pattern", None) for rule in info.metadata} - {None}
        if info.annotation is not str or limits - {KEY, KEY_OR_EMPTY}:
            yield from (Text(meaning(info, larger=larger)) for larger in (False, True))


def _of_figures() -> Iterator[Text]:
    """Return captions and alternative texts that hold more than a place."""
    figures = chain(*(part.values() for part in figures_by_report().values()))
    texts = chain(*(parts.values() for parts in figures if parts.get("language") != "en"))
    yield from (Text(text) for text in texts if re.search(r"\w", re.sub(r"\{\w+\}", "", text)))


def _of_template() -> Iterator[Text]:
    for path in (SOURCE / "report/template").glob("*.typ"):
        code = path.read_text(encoding="utf-8")
        yield from map(Text, re.findall(r'\bword\("([^"]+)"\)', code))
        for words in re.findall(r"\(\.\.\(([^)]*)\)\.map\(word\)", code):
            yield from map(Text, re.findall(r'"([^"]+)"', words))


def _of_firm() -> Iterator[Text]:
    """Return what a firm's notebooks show: their prose, and captions and headers of tables."""
    tables = yaml.safe_load((SOURCE / "show/tables.yaml").read_text(encoding="utf-8"))
    for name in NOTEBOOKS:
        path = SOURCE.parents[1] / f"notebooks/firm/{name}.ipynb"
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            text = "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                yield Text(text)
                continue
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    if node.func.id == "say" and isinstance(node.args[0], ast.Constant):
                        yield Text(cleandoc(str(node.args[0].value)))
                elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    module = SOURCE / f"show/{getattr(node.func.value, 'id', '')}.py"
                    if module.is_file():
                        for table in _tables_of(node.func.attr, module):
                            yield from _of_table(tables[table])


def _tables_of(function: str, module: Path) -> Iterator[str]:
    """Name the tables that a function of the room ``show`` makes."""
    code = module.read_text(encoding="utf-8")
    for found in re.findall(rf"^def {function}\(.*?(?=^def |\Z)", code, re.DOTALL | re.MULTILINE):
        yield from re.findall(r'"(tbl-[^"/]+)"', found)


def _of_table(table: dict[str, Any]) -> Iterator[Text]:
    yield Text(table["caption"])
    yield from (Text(text) for _, *texts in table.get("rows", ()) for text in texts)
    for about in table["columns"].values():
        header = about if isinstance(about, str) else about["header"]
        if re.sub(r"\{\w+\}", "", header).strip():
            yield Text(header)


def _of_indicators() -> Iterator[Text]:
    for one in (*KPIS, *METHOD):
        yield from (Text(text) for text in (one.name, one.definition, one.unit, one.perspective))


def said_by_dashboard() -> set[str]:
    """Return the texts that the dashboard's scripts say or put into titles."""
    script = code_of_dashboard()
    titles = re.findall(r'title: "([^"]+)"|Panel\("\w+", "([^"]+)"', script)
    calls = re.findall(r"(?:say|pick)\(([^()]*?)[,)]", script)
    found = {text for call in calls for text in re.findall(r'"([^"]{2,})"', call)}
    return found.difference(KEYS).union(*titles) - {""}


def _of_dashboard() -> Iterator[Text]:
    """Texts of scripts: what they say, and words in double quotes that a catalogue has."""
    script = code_of_dashboard()
    translated = {text.one for code in TRANSLATED for text in known(code)}
    yield from map(Text, said_by_dashboard() | {one for one in translated if f'"{one}"' in script})
    for spec in MEASURES.values():
        if spec.column in summed_columns():
            yield from (Text(spec.words), Text(spec.unit))


def _of_the_paper() -> Iterator[Text]:
    """What is ours: names in the synthetic ledger, key results, readings of targets, evidence."""
    case = load_case(PAPER)
    okrs, verdicts = load_okrs(case), read_verdicts(case)
    usual, subjects = verdicts[verdicts["default"]], paper_claims(verdicts)["frame"]["subject"]
    names = [case.parameters.subtitle, case.parameters.currency_name, *SEGMENTS]
    names += [kind.name for kind in case.service_types]
    names += [row.text for row in (*okrs.objectives, *okrs.key_results)]
    readings = (row.reading for rows in okrs.targets.values() for row in rows)
    evidence = (form for text in usual["evidence"] for form, *_ in sentences(text))
    yield from map(Text, chain(names, readings, subjects, evidence))


def known(code: Code) -> dict[Text, tuple[str, ...]]:
    """Return the texts of a catalogue with their translations."""
    return {
        Text(entry.id) if isinstance(entry.id, str) else Text(*entry.id): (entry.string,)
        if isinstance(entry.string, str)
        else tuple(entry.string)
        for entry in catalogue(code)
        if entry.id
    }


def written(code: Code) -> str:
    """Return a catalogue as it should be: sorted, with all that is used and nothing else."""
    head = (FOLDER / f"{code}.po").read_text(encoding="utf-8").partition("\n\n")[0]
    texts = known(code)
    parts = [head]
    for text in sorted(used(), key=lambda it: (it.one.lower(), it)):
        said = texts.get(text, ("",))
        lines = [f"msgid {normalize(text.one, width=WIDTH)}"]
        if text.many:
            lines.append(f"msgid_plural {normalize(text.many, width=WIDTH)}")
            count = catalogue(code).num_plurals
            forms = (*said, *[""] * count)[:count]
            lines += [f"msgstr[{n}] {normalize(s, width=WIDTH)}" for n, s in enumerate(forms)]
        else:
            lines.append(f"msgstr {normalize(said[0], width=WIDTH)}")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    for code in TRANSLATED:
        (FOLDER / f"{code}.po").write_text(written(code), encoding="utf-8", newline="\n")
        print(f"{code}.po: {len(used())} texts")
