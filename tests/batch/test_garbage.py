import gc

import pytest

from ciyou.batch.garbage import RARELY, heap_set_aside


def test_a_long_run_leaves_the_search_for_garbage_as_it_was():
    before = gc.get_threshold()
    with pytest.raises(ValueError, match="in the middle"), heap_set_aside():
        assert gc.get_threshold() == RARELY
        assert gc.get_freeze_count() > 0
        raise ValueError("in the middle")
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
