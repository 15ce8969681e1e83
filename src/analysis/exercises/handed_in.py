"""Work that is handed in: a file for each student and topic, and the table of a class.

The file says what was answered, how often it was tried and how many hints were taken. A checksum
shows when it was damaged or changed by hand; it is no protection against forgery.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.base.errors import InputError, printable
from analysis.base.text import without_formulas, write_text

FORM = "exercises-1"
"""What the first key of a file says; another form of the file takes another number."""

CLASS_TABLE = "class.csv"
_LONGEST = 2000


@dataclass(frozen=True)
class Answer:
    """What became of one exercise.

    Attributes
    ----------
    solved : bool
        Whether an answer was right.
    tries : int
        Answers that could be read, up to the first right one.
    hints : int
        Hints taken.
    last : str
        The last answer, as it was typed; the right one once there is one.
    """

    solved: bool = False
    tries: int = 0
    hints: int = 0
    last: str = ""

    def after(self, state: str, answer: object) -> Answer:
        """Return what it becomes with one more answer; once solved, it stays.

        Examples
        --------
        >>> Answer().after("wrong", 17).after("unreadable", "?").after("right", 18.0)
        Answer(solved=True, tries=2, hints=0, last='18.0')
        """
        if self.solved or state in ("open", "unreadable"):
            return self
        text = printable(str(answer))[:_LONGEST]
        return replace(self, solved=state == "right", tries=self.tries + 1, last=text)


@dataclass(frozen=True)
class Work:
    """What a student hands in on one topic."""

    student: str
    case: str
    topic: str
    answers: Mapping[str, Answer]


def save(work: Work, folder: Path) -> Path:
    """Write work to a file named after student and topic; return its path."""
    content = {"form": FORM, **asdict(work)}
    content["checksum"] = _checksum(content)
    name = re.sub(r"[^\w-]+", "-", work.student).strip("-") or "student"
    path = folder / f"answers-{name}-{work.topic}.json"
    write_text(path, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    return path


def load(path: Path) -> Work:
    """Read work that was handed in.

    Raises
    ------
    InputError
        If the file is no such work, or was changed after it was written.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        checksum = content.pop("checksum")
        if content.pop("form") != FORM:
            raise ValueError
        right = checksum == _checksum({"form": FORM, **content})
        answers = {key: Answer(**one) for key, one in content.pop("answers").items()}
        work = Work(**content, answers=answers)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        raise InputError(
            "this is no file that finish() wrote",
            file=path.name,
            fix="take it out of the folder, or ask for it again",
        ) from None
    if not right:
        raise InputError(
            "this file was damaged or changed after finish() wrote it",
            file=path.name,
            fix="ask the student to run finish() again and to send the file as it is",
        )
    return work


def class_table(folder: Path) -> tuple[str, list[InputError]]:
    """Make the table of a class from all files of a folder, and write it there as CSV.

    Parameters
    ----------
    folder : Path
        Holds the files that ``finish()`` wrote.

    Returns
    -------
    tuple of str and list of InputError
        The table as text, a row for each student and topic, and what is wrong with other files.

    Raises
    ------
    InputError
        If the folder does not exist or holds no file of answers.
    """
    if not folder.is_dir():
        raise InputError("there is no such folder", value=folder)
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise InputError(
            "the folder holds no file that ends in .json",
            value=folder,
            fix="collect the files that finish() writes beside the notebooks in it",
        )
    rows: list[dict[str, Any]] = []
    errors = []
    for path in paths:
        try:
            rows.append(_row(load(path)))
        except InputError as error:
            errors.append(error)
    table = pd.DataFrame(rows, columns=list(_row(Work("", "", "", {}))))
    table = table.sort_values(["student", "topic"], ignore_index=True)
    write_text(folder / CLASS_TABLE, without_formulas(table).to_csv(index=False))
    return table.to_string(index=False) if rows else "no work that can be read", errors


def _row(work: Work) -> dict[str, Any]:
    answers = work.answers.values()
    return {
        "student": work.student,
        "topic": work.topic,
        "case": work.case,
        "solved": sum(answer.solved for answer in answers),
        "exercises": len(answers),
        "tries": sum(answer.tries for answer in answers),
        "hints": sum(answer.hints for answer in answers),
        "open": " ".join(key for key, answer in work.answers.items() if not answer.solved),
    }


def _checksum(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
