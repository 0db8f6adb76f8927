"""One staff member's unlocked workstation: one function per thing a person does.

Screens and command line call the same acts (`api.Desk`). Nothing here draws.
"""
