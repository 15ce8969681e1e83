"""The SEGELEC paper's own judge, whose systems and texts are written out in code.

`engine` builds and decides the systems, `results` and `judging` put verdicts into words, and
`contradictions` lists what the paper prints against what else it prints.
"""
