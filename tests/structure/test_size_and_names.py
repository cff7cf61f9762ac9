"""The tail of sizes stays short, and names say what a thing is."""

from __future__ import annotations

import statistics

MODULE_LINES = 400
FUNCTION_LINES = 60
TYPICAL_MODULE_LINES = 250
TYPICAL_FUNCTION_LINES = 30
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "manager", "data", "info", "misc", "common"}


def _ninth_decile(sizes):
    return statistics.quantiles(sizes, n=10)[8]


def test_no_module_is_longer_than_400_lines(modules):
    assert {m.relative: m.lines for m in modules if m.lines > MODULE_LINES} == {}


def test_no_function_is_longer_than_60_lines(modules):
    long = {
        f"{m.relative}:{f.line} {f.name}": f.length for m in modules for f in m.functions if f.length > FUNCTION_LINES
    }
    assert long == {}


def test_nine_in_ten_modules_and_functions_are_short(modules, record_property):
    module_lines = _ninth_decile([module.lines for module in modules])
    function_lines = _ninth_decile([function.length for module in modules for function in module.functions])
    record_property("module_lines_p90", module_lines)
    record_property("function_lines_p90", function_lines)
    assert module_lines <= TYPICAL_MODULE_LINES
    assert function_lines <= TYPICAL_FUNCTION_LINES


def test_no_module_has_a_name_that_says_nothing(modules):
    assert [m.relative for m in modules if set(m.name.split(".")[1:]) & EMPTY_NAMES] == []
