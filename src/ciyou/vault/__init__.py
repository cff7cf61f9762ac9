"""Keys, ciphers, blind indexes, encrypted files and backups: what keeps stored data unreadable. No Django, no knowledge of children."""
