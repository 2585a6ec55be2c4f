"""The smallest program: it waits. Each pod has one, to hold what its containers share.

It is made here, for an image of it can only be had from a registry: an ELF file of one segment, with no library.
"""

import struct

_LOADED_AT = 0x400000
_HEADER, _PROGRAM_HEADER = 64, 56
_READ_AND_RUN = 5

_CODE = {
    # pause(), and again: mov eax, 34; syscall; jmp back
    "amd64": (62, bytes.fromhex("b8220000000f05ebf7")),
    # ppoll() of nothing without end, and again: mov x0..x3, #0; mov x8, #73; svc #0; b back
    "arm64": (183, bytes.fromhex("000080d2010080d2020080d2030080d2280980d2010000d4faffff17")),
}
"""Processor -> ELF's number of it, and the instructions."""


def program(processor: str) -> bytes:
    """The program for ``amd64`` or ``arm64``, as a file's content."""
    machine, code = _CODE[processor]
    start = _HEADER + _PROGRAM_HEADER
    size = start + len(code)
    identity = b"\x7fELF" + bytes([2, 1, 1]) + bytes(9)  # 64 bits, little-endian
    header = struct.pack(
        "<16sHHIQQQIHHHHHH",
        *(identity, 2, machine, 1, _LOADED_AT + start, _HEADER, 0, 0),
        *(_HEADER, _PROGRAM_HEADER, 1, 0, 0, 0),
    )
    segment = struct.pack("<IIQQQQQQ", 1, _READ_AND_RUN, 0, _LOADED_AT, _LOADED_AT, size, size, 0x1000)
    return header + segment + code
