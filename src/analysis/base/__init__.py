"""What every room builds on and what knows no table: errors, periods, formulas, text.

`errors` holds the messages that a user is meant to see, `periods` months, quarters, half-years and
years, `expression` formulas as trees, `numbers` the forms in which texts print numbers, `language`
the texts and numbers of a firm's language. Numbers, lists and frames become text in `text` and
nowhere else; it also replaces files in one step, reads YAML, and keeps cells of CSV files from
being run as formulas. ``fonts`` is the typeface of the report.

Imports no other room. To add a way to write a number: a function of `text` that returns a format.
To add a grain of periods: its name in ``periods.Grain`` and a record of ``periods.yaml``.
"""
