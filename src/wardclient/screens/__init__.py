"""One module per screen, with its stylesheet beside it. Screens see frozen rows and call the desk.

Every call of the desk runs in a worker and comes back as a message (`base.WorkScreen.ask`).
"""
