"""Exact arithmetic on systems of claims: a data set that meets all, all conflicts, or bounds.

`system` states claims over named quantities as limits on sums. `tableau` solves in fractions, and
`search` branches on it to whole numbers; `bounds` limits an indicator by questions to the search,
and `conflicts` finds all minimal conflicts. `products` adds the growth of ratios, and `questions`
is what the rooms ask. Every "none" comes with a certificate that is checked from scratch.
"""
