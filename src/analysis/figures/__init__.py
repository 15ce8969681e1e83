"""Figures: one function each, from a tidy frame to a drawing with its data, caption and alt text.

The functions named ``..._data`` make the frames; the others only draw them. A notebook imports the
modules that it draws with, and depends on no others.
"""
