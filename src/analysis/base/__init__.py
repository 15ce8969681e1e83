"""What every room builds on and what knows no table: errors, files, periods, numbers, formulas.

Numbers and lists become text in ``numbers`` and nowhere else; rows and columns of frames are
handled in ``frames``, calendar periods in ``periods``, formulas in ``expression``; ``csv_guard``
keeps text from being run as a formula by spreadsheet programs. To add a way to write a number: a
function of ``numbers`` that returns a format.

Imports no other room.
"""
