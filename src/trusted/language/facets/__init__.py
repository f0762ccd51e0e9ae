"""Wrappers of the modules whose functions evaluate text, take attribute names, or write into what they are given.

A file `<module with _ for .>.py` has NAMES, the names that are the same for every run, and where there are such, PER_RUN
with `names(run)`, which makes those that keep something of the run's. What neither supplies is the standard library's own.
Names that begin with `_` are for the module's text, where it is guest code in part: no program sees them.
No class is made after the image is taken: it would count as a guest's.
"""
