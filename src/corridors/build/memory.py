"""Giving memory back: large arrays that are freed leave the process, where the system allows it."""

from __future__ import annotations

import ctypes
import sys

_MMAP_THRESHOLD = -3  # M_MMAP_THRESHOLD of glibc
_BYTES = 1 << 20


def give_back_large_arrays() -> None:
    """Ask the C library to take large arrays from the system and to return them when freed.

    By itself glibc raises that size whenever such an array is freed, until all of them lie in
    one heap with holes that cannot be returned. Does nothing where there is no glibc.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(ctypes.c_int(_MMAP_THRESHOLD), ctypes.c_int(_BYTES))
