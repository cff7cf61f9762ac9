"""Ciyou 慈幼: welfare of children in difficulty (国办发〔2025〕18号, 21 measures)."""

__version__ = "0.1.0"
