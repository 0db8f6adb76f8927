"""What a practice ward is made of: invented people with their cases, invented openings.

Nobody here exists; names come from general lists of frequent names, numbers from ranges that
are not given out.
"""
