"""Exercises that check themselves: notebooks/exercises holds the questions, this room the rest.

No answer is written down anywhere: an exercise computes it from the numbers of a case, and what
typical mistakes would lead to as well. So it stays right when the data change.

``forms`` reads and compares answers of one part, ``compound`` those of several (tables, key
results, charts, texts); ``study`` is the case, with a ledger for each student on request; ``task``
says what an exercise is, ``lesson`` is what a notebook calls, with the file of a student's work
and the table of a class. ``indicators`` (chapters 1 to 5) and ``publications``
(6 and 7) compute; the YAML file of a topic holds its texts, and ``forms.yaml`` what is said of
answers. The room may import every other one.

To add an exercise, touch three files:

1. the topic's file, such as ``kpis.yaml``: a record with what is given, the form of the answer,
   formulas (``let``, ``answer``), why it is right, hints from a nudge to the way (the last one ends
   with Python that gives the answer), and the typical mistakes, each a formula with a sentence that
   names the mistake without giving the answer away; a text in free words has a ``rubric`` instead;
2. the topic's module, such as ``indicators.py``: a function under ``@KPIS.exercise("key")``, from a
   case to the values that stand in the formulas and in the braces of the texts. Where the project
   computes the answer itself, the value ``answer`` is that, and the file has no formula for it;
3. the notebook: a Markdown cell with the question, a cell with ``given("key")``, one with
   ``answer = ...`` and ``check("key", answer)``, and one with the hint.

``tests/exercises/by_hand.yaml`` holds the answers worked out by hand, and what each mistake gives:
a test fails for an exercise without them. A new topic is one more ``Topic`` and a line of
``_CHAPTERS`` in ``lesson``.
"""
