"""The icons: few, drawn by hand on a 16 × 16 grid, each with its own outline so that it is known without its color."""

from collections.abc import Mapping
from types import MappingProxyType

PATHS: Mapping[str, str] = MappingProxyType(
    {
        # A full disc with a check.
        "yes": '<circle cx="8" cy="8" r="7" fill="currentColor"/><path class="cut" d="M4.5 8.3l2.4 2.4 4.6-5" fill="none" stroke-width="1.8"/>',
        # An empty square with a bar.
        "no": '<rect x="1.8" y="1.8" width="12.4" height="12.4" rx="1.5" fill="none" stroke="currentColor" stroke-width="1.6"/><path d="M5 8h6" stroke="currentColor" stroke-width="1.8"/>',
        # A dashed square with a bar: a no that rests on silence.
        "presumed": '<rect x="1.8" y="1.8" width="12.4" height="12.4" rx="1.5" fill="none" stroke="currentColor" stroke-width="1.6" stroke-dasharray="2.6 2"/><path d="M5 8h6" stroke="currentColor" stroke-width="1.8"/>',
        # An empty diamond with a question mark.
        "undetermined": '<path d="M8 .9L15.1 8 8 15.1.9 8z" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"/><path d="M6.1 6.5C6.1 5.3 7 4.6 8 4.600s1.9.7 1.9 1.700c0 1.4-1.9 1.5-1.9 2.8" fill="none" stroke="currentColor" stroke-width="1.5"/><circle cx="8" cy="11.1" r="1" fill="currentColor"/>',
        # A closed lock: somebody else may see it.
        "withheld": '<rect x="2.5" y="7" width="11" height="7.5" rx="1.2" fill="none" stroke="currentColor" stroke-width="1.7"/><path d="M5 7V4.8a3 3 0 0 1 6 0V7" fill="none" stroke="currentColor" stroke-width="1.7"/>',
        "warning": '<path d="M8 1.2l7 13H1z" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linejoin="round"/><path d="M8 6v4" stroke="currentColor" stroke-width="1.6"/><circle cx="8" cy="12" r=".9" fill="currentColor"/>',
        "information": '<circle cx="8" cy="8" r="6.9" fill="none" stroke="currentColor" stroke-width="1.6"/><path d="M8 7.2v4.4" stroke="currentColor" stroke-width="1.6"/><circle cx="8" cy="4.6" r=".95" fill="currentColor"/>',
        "forward": '<path d="M3 8h9M8.5 4l4 4-4 4" fill="none" stroke="currentColor" stroke-width="1.7"/>',
        "back": '<path d="M13 8H4M7.5 4l-4 4 4 4" fill="none" stroke="currentColor" stroke-width="1.7"/>',
        "folder": '<path d="M1.5 3.5h4.6l1.4 1.8h7v8.2h-13z" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"/>',
        "running": '<circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.6" stroke-dasharray="26 14"/>',
    }
)
