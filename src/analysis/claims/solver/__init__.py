"""Exact arithmetic on systems of claims: a data set that meets all, all conflicts, or bounds.

`system` states claims over named quantities as limits on sums, or as the growth of ratios.
`tableau` solves in fractions, and `search` branches on it to whole numbers, for all claims or for
the part of them that ranges are asked of; `bounds` limits an indicator by questions to the search
and finds all minimal conflicts, and `questions` is what the rooms ask. Every "none" comes with a
certificate that is checked from scratch.
"""
