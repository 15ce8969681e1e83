"""Exercises that check themselves: notebooks/exercises holds the questions, this room the rest.

No answer is written down anywhere. An exercise takes a case's numbers, has the project's own
functions work out the answer, and says what typical mistakes would lead to. So it stays right when
the data change.

``forms`` reads and compares answers of one part, ``compound`` those of several (tables, key
results, charts, texts); ``study`` is the case, with a ledger for each student on request; ``task``
says what an exercise is, ``lesson`` is what a notebook calls, and ``handed_in`` the file of a
student's work and the table of a class. ``indicators`` (chapters 1 to 3), ``goals`` (4 and 5) and
``publications`` (6 and 7) compute; the YAML file of a topic holds its texts. The room may import
every other one.

To add an exercise, touch three files:

1. the topic's texts, such as ``kpis.yaml``: a record with what is given, why the answer is right,
   hints from a nudge to the way (the last one ends with Python that gives the answer), and the
   typical mistakes, each with a sentence that names it without giving the answer away; a text in
   free words has a ``rubric`` in place of an answer;
2. the topic's module, such as ``indicators.py``: a function under ``@KPIS.exercise("key")``. It
   returns ``pose(form, answer, mistakes, rows, ...)``: how the answer is written, the answer, what
   each mistake leads to, and the numbers that stand in the braces of the texts;
3. the notebook: a Markdown cell with the question, a cell with ``given("key")``, one with
   ``answer = ...`` and ``check("key", answer)``, and one with the hint.

``tests/exercises/by_hand.yaml`` holds the answers worked out by hand, and what each mistake gives:
a test fails for an exercise without them. A new topic is one more ``Topic`` and a line of
``TOPICS`` in ``lesson``.
"""
