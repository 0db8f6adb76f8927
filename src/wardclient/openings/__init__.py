"""Job openings (求人): the state's file as it really is, its store, its search and its rules.

One SQLCipher file of its own holds them (``store``); ``importer`` reads a file in as one
difference, ``indexer`` fills the search index afterwards, ``search`` answers, ``rules``
says what may be referred. Nothing here knows a case, a person or a screen.
"""
