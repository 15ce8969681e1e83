"""Notebooks: which a report has, their parameters, running them, what they show.

It may import the rooms from ``base`` to ``evidence``, and is imported by all that is shown. To add
a notebook: write ``notebooks/NN_name.ipynb`` with a first code cell of parameters, tagged so, and
run ``make report``. A report on a period has it too if it takes a parameter ``period``. A firm's
report is ``notebooks/firm/board.ipynb`` and ``annex.ipynb``; a publication without rows has
``notebooks/publication/claims.ipynb``.
"""
