"""A practice ward: invented people, invented openings, and a service of its own on this machine.

Nobody here exists; names come from general lists of frequent names, numbers from ranges that
are not given out.
"""
