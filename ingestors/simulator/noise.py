"""Pseudo-random numbers of simulations, as pure functions: the same seed and keys give the same number."""

from __future__ import annotations

_MASK = (1 << 64) - 1


def chance(seed: int, *keys: int) -> float:
    """A pseudo-random number in [0, 1): a hash of the seed and the keys (a 64-bit mixing function)."""
    state = seed * 0x9E3779B97F4A7C15 & _MASK
    for key in keys:
        state = ((state ^ (key & _MASK)) + 0x9E3779B97F4A7C15) & _MASK
        state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
        state = (state ^ (state >> 27)) * 0x94D049BB133111EB & _MASK
        state ^= state >> 31
    return state / (_MASK + 1)


def noise(seed: int, stream: int, second: int, period: int) -> float:
    """A smooth random curve in [-1, 1] with a new random value every `period` seconds."""
    knot, part = divmod(second, period)
    before, after = 2 * chance(seed, stream, knot) - 1, 2 * chance(seed, stream, knot + 1) - 1
    return blend(before, after, smooth(part / period))


def blend(before: float, after: float, part: float) -> float:
    return before + (after - before) * part


def smooth(x: float) -> float:
    return x * x * (3 - 2 * x)
