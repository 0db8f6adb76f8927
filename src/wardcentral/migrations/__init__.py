"""The tables of the PostgreSQL store, by Alembic. A step is never changed once released."""
