"""Claims: exact answers to what a publication's printed numbers allow.

`printed` turns the string on the page into the exact set of values that it can stand for, `single`
tests the numbers of one place (a share, a mean with its deviation, the parts of a whole), and
`batch` a file of them (``check-claims``). Systems of claims are decided in `solver`, with a data
set or a checked refutation. `relations` reads ``relations.csv``, `nodes` and `network` turn it into
groups of claims, and `judge` gives every claim of any case its verdict: results by their group,
targets, formulas and sentences by `goals`. Claims that share no quantity are in blocks of their
own, judged one after the other, so that a long publication does not fill the memory. `verdicts`
holds the record and the tables.

The room imports `base` and `tables` only. To add a relation, add its record to
`relations.yaml` and what it asserts to `network`.
"""
