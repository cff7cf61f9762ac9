"""Departments' rosters: found, read, validated, normalized; bad rows set aside with their reasons."""

from ciyou.batch.rosters.coverage import CoverageStatement
from ciyou.batch.rosters.delivery import Delivery, RosterFile, find_rosters
from ciyou.batch.rosters.normalization import RosterSummary, normalize

__all__ = ["CoverageStatement", "Delivery", "RosterFile", "RosterSummary", "find_rosters", "normalize"]
