"""A binary heap of nodes by their keys, for searches in compiled code (Williams 1964).

The heap is two arrays with room for all that is ever put on it; how many of
them count is the caller's to keep. A node whose key has fallen is put on once
more, and its older entry is passed over when it comes up.
"""

from __future__ import annotations

from corridors.flow.kernels import inner


@inner
def push(keys, nodes, size, key, node):
    """Put a node on a heap of `size` nodes; return the new size."""
    i = size
    while i > 0:
        parent = (i - 1) >> 1
        if keys[parent] <= key:
            break
        keys[i] = keys[parent]
        nodes[i] = nodes[parent]
        i = parent
    keys[i] = key
    nodes[i] = node
    return size + 1


@inner
def pop(keys, nodes, size):
    """Take the node of least key from a heap; return key, node and the new size."""
    top_key = keys[0]
    top_node = nodes[0]
    size -= 1
    key = keys[size]
    node = nodes[size]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        if child + 1 < size and keys[child + 1] < keys[child]:
            child += 1
        if keys[child] >= key:
            break
        keys[i] = keys[child]
        nodes[i] = nodes[child]
        i = child
    keys[i] = key
    nodes[i] = node
    return top_key, top_node, size
