"""Nothing personal is written anywhere but inside the encrypted files."""
