"""Where the pages of the rule book lie: as addresses of this server, or as files of a folder that stands alone."""

from __future__ import annotations

from abc import ABC, abstractmethod

from django.templatetags.static import static
from django.urls import reverse

LISTS = ("parameters", "facts", "sources", "places", "dates")
LOOK = (
    "tokens.css",
    "base.css",
    "buttons.css",
    "components.css",
    "notices.css",
    "tables.css",
    "shell.css",
    "pages.css",
    "child.css",
    "determination.css",
    "rulebook.css",
    "print.css",
)
SCRIPT, MARK = "rulebook.js", "mark.svg"


class Links(ABC):
    """The address of every page of the book, and of what stands on it."""

    @abstractmethod
    def front(self) -> str:
        """The index."""

    @abstractmethod
    def rule(self, code: str) -> str:
        """The page of a rule."""

    @abstractmethod
    def listed(self, name: str) -> str:
        """One of the lists."""

    @abstractmethod
    def script(self) -> str:
        """The search."""

    def entry(self, name: str, key: str) -> str:
        """One entry of a list."""
        return f"{self.listed(name)}#{key}"


class ServedLinks(Links):
    """Addresses of this server."""

    def front(self) -> str:
        return reverse("rulebook")

    def rule(self, code: str) -> str:
        return reverse("rule_page", kwargs={"rule_code": code})

    def listed(self, name: str) -> str:
        return reverse(f"rulebook_{name}")

    def script(self) -> str:
        return static(f"web/{SCRIPT}")


class FileLinks(Links):
    """Names of files in the folder of one language; what both share lies beside it."""

    def front(self) -> str:
        return "index.html"

    def rule(self, code: str) -> str:
        return f"rule-{code}.html"

    def listed(self, name: str) -> str:
        return f"{name}.html"

    def script(self) -> str:
        return f"../look/{SCRIPT}"
