"""Exercises that check themselves: notebooks/exercises holds the questions, this package the rest.

No answer is written down anywhere. Each exercise is a function that poses itself on a case: it
takes the case's numbers, has the project's own functions work out the answer, and says what typical
mistakes would lead to. So an exercise stays right when the data change.

To add one:

1. In the module of its topic (``rates``, ``printed_numbers``, ``okrs``, ``cards``, ``profits``)
   write a function from a :class:`~analysis.exercises.study.Study` to a
   :class:`~analysis.exercises.task.Task`: what is given, in which form the answer is wanted, the
   answer, why it is right, hints from a nudge to the way, and the typical mistakes, each as the
   value it leads to and a sentence that names it without giving the answer away.
2. Add ``Exercise("key", function)`` to the module's ``EXERCISES``. A new topic is a new module, and
   a line of ``TOPICS`` in ``lesson``.
3. In the notebook, add a Markdown cell with the question, a cell with ``given("key")``, and one
   with ``answer = ...`` and ``check("key", answer)``.
4. In tests/exercises/test_answers.py add the answer as worked out by hand, and what each mistake
   gives. A test fails for an exercise without one, and for a mistake that is never met.
"""

from __future__ import annotations

from analysis.exercises.lesson import TOPICS, Lesson, start

__all__ = ["TOPICS", "Lesson", "start"]
