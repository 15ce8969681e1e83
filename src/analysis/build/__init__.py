"""The build: runs a step and notes what it depends on, fills the README, verifies the bytes.

It may import every room. To add a step: a function in ``cli.py``, its name in ``STEPS`` of the
Makefile, and a line there that says what it waits for; `graph` finds the modules by itself.
"""
