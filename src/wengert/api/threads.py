"""How many threads compiled functions use."""

from __future__ import annotations


def set_num_threads(count: int) -> None:
    """Set how many threads compiled functions may use, the caller's among them.

    Results do not depend on it, to the last bit. Without a call, it is the number of processors, or what the variable
    `WENGERT_NUM_THREADS` of the environment says.

    Parameters
    ----------
    count
        From 1 on; 1 is the caller's thread alone.

    Raises
    ------
    ValueError
        For anything but a positive integer.

    Examples
    --------
    >>> import wengert as wg
    >>> before = wg.get_num_threads()
    >>> wg.set_num_threads(1)
    >>> wg.get_num_threads()
    1
    >>> wg.set_num_threads(before)
    """
    from wengert.native.machine.threads import pool  # LLVM is not imported before something is compiled

    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise ValueError(f"set_num_threads: the number of threads is an integer from 1 on, not {count!r}")
    pool.set_limit(count)


def get_num_threads() -> int:
    """How many threads compiled functions may use.

    Examples
    --------
    >>> import wengert as wg
    >>> wg.get_num_threads() >= 1
    True
    """
    from wengert.native.machine.threads import pool

    return pool.limit
