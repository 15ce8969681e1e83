"""Figures of what the paper and the article print: claims, readings, ranges and pictures of words.

A sub-room of :mod:`analysis.figures`, under its rules; a figure of another claim stands beside
those of its kind.
"""
