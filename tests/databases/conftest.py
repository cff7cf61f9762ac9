"""What differs between the two databases. The second wall, the checks of lines together and locks that another waits for exist on PostgreSQL only, and so do their tests (`make test` runs both)."""

from __future__ import annotations

from django.db import connection

collect_ignore_glob = (
    []
    if connection.vendor == "postgresql"
    else ["test_second_wall*.py", "test_lines_checked_together.py", "test_campaign_locks.py"]
)
