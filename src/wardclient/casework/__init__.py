"""The field: records, codes, rules, dates, names, of the integrated service. Pure Python.

Opens nothing and asks nobody: every function takes plain values and a day, and answers with
plain values or `problems.Problem`s in both languages.
"""
