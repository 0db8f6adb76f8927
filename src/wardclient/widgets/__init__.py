"""What several screens share: text fields for an input method, fields of a form, lists, bars.

Widgets show frozen rows and post messages; none of them knows the desk.
"""
