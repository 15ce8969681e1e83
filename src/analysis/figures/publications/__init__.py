"""Figures of what two publications print: claims, readings, ranges, and pictures of words.

Sub-room of :mod:`analysis.figures`, under its rules.
"""
