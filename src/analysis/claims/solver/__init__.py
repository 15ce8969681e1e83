"""Exact arithmetic on systems of claims: a data set that meets all, a smallest conflict, or bounds.

`simplex` solves in fractions, `search` in whole numbers, `system` states claims over named
quantities, `bounds` limits an indicator, `products` adds the growth of ratios. Every "none" comes
with a certificate that is checked from scratch. Imports `base` and `claims.printed` only.
"""
