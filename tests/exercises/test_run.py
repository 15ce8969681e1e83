"""The exercise notebooks, run from top to bottom: as committed, and with right answers in them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from nbformat import NotebookNode

from analysis.exercises.lesson import TOPICS
from analysis.notebook import run as notebook
from tests.warm import executed

from .by_hand import CASES, RIGHT

ROOT = Path(__file__).resolve().parents[2]
PATHS = sorted((ROOT / "notebooks" / "exercises").glob("*.ipynb"))
UNANSWERED = "answer = ..."

each_notebook = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def topic_of(cells: NotebookNode) -> str:
    found = re.search(
        r'start\("([^"]+)", case, student\)', "\n".join(cell.source for cell in cells.cells)
    )
    assert found
    return found[1]


def checks(cells: NotebookNode) -> list[tuple[str, NotebookNode]]:
    """Keys of exercises with the cells that check their answers."""
    found = []
    for cell in cells.cells:
        match = re.search(r'check\("([^"]+)", answer\)', cell.source)
        if match:
            found.append((match[1], cell))
    return found


def words(cell: NotebookNode) -> str:
    return " ".join(
        output.get("data", {}).get("text/plain", "") for output in cell.get("outputs", [])
    )


def faults(cells: NotebookNode) -> list[NotebookNode]:
    outputs = [output for cell in cells.cells for output in cell.get("outputs", [])]
    return [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]


def test_every_topic_has_its_notebook() -> None:
    read = [notebook.read(path) for path in PATHS]
    assert [topic_of(cells) for cells in read] == list(TOPICS)
    for path, cells in zip(PATHS, read, strict=True):
        topic = topic_of(cells)
        assert path.stem[3:] == topic
        assert [key for key, _ in checks(cells)] == [*TOPICS[topic].keys]
        case = next(cell for cell in cells.cells if cell.cell_type == "code").source
        assert case == f'case = "{CASES[topic]}"\nstudent = ""'


@each_notebook
def test_readers_are_led_to_it(path: Path) -> None:
    overview = notebook.read(ROOT / "notebooks" / "00_overview.ipynb")
    assert any(f"(exercises/{path.name})" in cell.source for cell in overview.cells)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"(notebooks/exercises/{path.name})" in readme


def test_the_teachers_page_names_sections_and_exercises_that_exist() -> None:
    text = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
    for name, sections in re.findall(r"\(\.\./(notebooks/\d+_\w+\.ipynb)\)(: [^|\n]*)?", text):
        source = "\n".join(cell.source for cell in notebook.read(ROOT / name).cells)
        for section in re.findall("“([^”]+)”", sections):
            assert f"## {section}" in source, f"{name}: {section}"
    keys = {key for topic in TOPICS.values() for key in topic.keys}
    named = set(re.findall(r"`([a-z-]+)`", text))
    assert keys <= named, keys - named


@each_notebook
def test_links_lead_somewhere(path: Path) -> None:
    for cell in notebook.read(path).cells:
        for target in re.findall(r"\]\(([^)]+)\)", cell.source):
            assert (path.parent / target).is_file(), target


@each_notebook
def test_each_exercise_is_asked_given_answered_and_hinted(path: Path) -> None:
    cells = notebook.read(path).cells
    for number, (key, cell) in enumerate(checks(notebook.read(path)), start=1):
        place = next(n for n, other in enumerate(cells) if other.source == cell.source)
        question, given, answer, hint = cells[place - 2 : place + 2]
        assert question.source.startswith(f"## Exercise {number}: ")
        assert re.search(r"\n\*\*.+[?.]\*\*$", question.source)
        assert given.source == f'given("{key}")'
        lines = answer.source.removesuffix(f'{UNANSWERED}\n\ncheck("{key}", answer)').splitlines()
        assert all(re.fullmatch(r"[\w, ]+ = rows\(.*\)", line) for line in lines)
        assert hint.source == f'# hint("{key}")'


@each_notebook
def test_every_question_waits_and_is_solved_by_a_right_answer(path: Path) -> None:
    """Run a notebook as committed and, in the same process, once more with answers in it."""
    cells, answered = notebook.read(path), notebook.read(path)
    answers = RIGHT[topic_of(cells)]
    for key, cell in checks(answered):
        cell.source = cell.source.replace(UNANSWERED, f"answer = {answers[key][0]}")
    for cell in answered.cells:
        cell.source = re.sub(r"^# hint", "hint", cell.source)
    number = len(cells.cells)
    cells.cells += answered.cells
    result = executed(cells, path.parent, pictures=False)
    assert faults(result) == []
    for place, (key, cell) in enumerate(checks(result)):
        assert words(cell).startswith("Not answered yet." if place < len(answers) else "Right."), (
            key
        )
    assert words(result.cells[number - 2]).startswith("0 of ")
    assert "All of them. Well done." in words(result.cells[-2])
    hinted = ["Hint 1 of " in words(cell) for cell in result.cells]
    assert sum(hinted) == sum(hinted[number:]) == len(answers)
