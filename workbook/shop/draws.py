"""Random numbers as a function of a name: the same cause gives the same draw in every world.

A draw is looked up, not taken as the next item of a stream. So a person who is left out, a
visit that vanishes or a step that is added changes no other draw, and any subset can be computed
in any order. Keys are 64-bit numbers; a child's key is made from its parent's key, the name of
the process and a number. The mixing is the finaliser of splitmix64 (Steele, Lea and Flood, 2014).

All functions are element by element over arrays of keys (`uint64`).
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import ArrayLike, NDArray

Keys = NDArray[np.uint64]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_ALPHABET = np.frombuffer(b"abcdefghijkmnpqrstuvwxyz23456789", dtype=np.uint8)


def mix(keys: Keys) -> Keys:
    """Scramble 64-bit numbers one to one (splitmix64 finaliser); wraps round without a warning."""
    x = keys ^ (keys >> np.uint64(30))
    x *= _FIRST
    x ^= x >> np.uint64(27)
    x *= _SECOND
    x ^= x >> np.uint64(31)
    return x


@lru_cache(maxsize=1024)
def name_hash(name: str) -> np.uint64:
    """A 64-bit hash of a name, equal on every machine and in every process."""
    return np.uint64(int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little"))


def person_keys(seed: int, people: Ints, among: str = "") -> Keys:
    """Keys of the persons with these numbers in the world of this seed; `among` names others."""
    return mix(mix((people.astype(np.uint64) * _GOLDEN) ^ name_hash(f"seed{seed}{among}")))


def child(keys: Keys, process: str, number: Ints | int = 0) -> Keys:
    """Keys of the `number`-th thing of this kind that the parents cause (numbers may be negative).

    `number` is one number for all or one for each key.
    """
    numbers = np.asarray(number, dtype=np.int64).astype(np.uint64)
    return mix(mix(keys ^ name_hash(process)) + numbers * _GOLDEN)


def uniform(keys: Keys, decision: str) -> Floats:
    """A number strictly between 0 and 1 for each key."""
    bits = (mix(keys ^ name_hash(decision)) >> np.uint64(11)).astype(np.float64)
    bits += 0.5
    bits *= 2.0**-53
    return bits


def normal(keys: Keys, decision: str) -> Floats:
    """A standard normal number for each key (Box and Muller, 1958)."""
    radius = np.sqrt(-2.0 * np.log(uniform(keys, decision)))
    return radius * np.cos(2.0 * np.pi * uniform(keys, decision + ": angle"))


def choice(keys: Keys, decision: str, weights: ArrayLike) -> Ints:
    """An index drawn with these weights for each key.

    Cuts up one uniform: only for alternatives that no policy takes away.
    """
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    place = np.searchsorted(edges / edges[-1], uniform(keys, decision), side="right")
    return place.clip(max=len(edges) - 1)


def geometric(keys: Keys, decision: str, mean: Floats | float) -> Ints:
    """A number 0, 1, 2, ... with this mean for each key (inverse of the distribution function)."""
    odds = np.log(np.asarray(mean) / (1.0 + np.asarray(mean)))
    return np.floor(np.log(uniform(keys, decision)) / odds).astype(np.int64)


def logistic(x: Floats) -> Floats:
    """1 / (1 + exp(-x)), the probability whose log odds are x."""
    return 1.0 / (1.0 + np.exp(-x))


def shown_ids(keys: Keys, prefix: str) -> NDArray[np.object_]:
    """Ids fit to be shown: the prefix and ten letters or digits made from the key (50 bits).

    A hash, not a counter: an id says nothing about how many came before it.
    """
    bits = mix(keys ^ name_hash("shown id"))
    letters = np.empty((len(keys), 10), dtype=np.uint8)
    for place in range(10):
        letters[:, place] = _ALPHABET[(bits >> np.uint64(14 + 5 * place)) & np.uint64(31)]
    head = np.frombuffer(prefix.encode(), dtype=np.uint8)
    whole = np.concatenate([np.broadcast_to(head, (len(keys), len(head))), letters], axis=1)
    return np.ascontiguousarray(whole).view(f"S{whole.shape[1]}").ravel().astype(str).astype(object)
