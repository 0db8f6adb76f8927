"""The encrypted local store: SQLCipher files, read models, projection, search index."""
