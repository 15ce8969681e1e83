"""Claims: exact answers to what a publication's printed numbers allow.

`printed` turns the string on the page into the exact set of values that it can stand for, `single`
tests one number, `survey` a mean with its deviation and the parts of a whole, and `batch` a file of
them (``check-claims``). Systems of claims are decided in `solver`, with a data set or a checked
refutation. `relations` reads ``relations.csv``, `network` and `groups` turn it into systems, and
`judge` gives every claim of any case its verdict. `verdicts` holds the record and the tables.

The room imports `base` and `tables` only. To add a relation, add its record to
`relations.yaml` and what it asserts to `network`.
"""
