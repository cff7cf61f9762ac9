"""What differs between the two databases. The second wall and the checks of lines together exist on PostgreSQL only, and so do their tests (`make test` runs both)."""

from __future__ import annotations

from django.db import connection

collect_ignore_glob = (
    [] if connection.vendor == "postgresql" else ["test_second_wall*.py", "test_lines_checked_together.py"]
)
