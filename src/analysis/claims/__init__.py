"""Exact answers to what a publication's printed numbers allow.

From the string on the page (``printed``) over tests of one number (``single``) to systems of
claims with witnesses, conflicts and bounds (``system``, ``bounds``), and on to a verdict for every
claim of a case under every reading (``verdicts``, ``findings``, ``multiverse``).
"""
