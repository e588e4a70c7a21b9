# SPDX-License-Identifier: GPL-2.0-or-later
"""
The far ends of all cables of a gateway, in one namespace (tests/netns/wire.sh): what comes out of it, and what it says that
it denied.
"""
import ipaddress
import os
import re
import select
import socket
import struct
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

sys.dont_write_bytecode = True
import recast  # noqa: E402

# Records are limited by cause to ten a second and twenty at once (kmod/DESIGN.md, Evidence): a bit less.
RECORD_SECONDS, RECORDS_AT_ONCE = 1 / 8, 15
PATIENCE = 20

# packet(7), socket(7): what was sent; a buffer beyond net.core.rmem_max; what did not find room in it
OUTGOING, RCVBUFFORCE, SOL_PACKET, STATISTICS = 4, 33, 263, 6
DENIAL = re.compile(r" deny: ([A-Z_]+) ([A-Z_]+) .* ifindex=(\d+) .* conduit=(\d+) family=(\d+) protocol=(\d+) ethertype=(\w+) "
                    r"source=(\w+):(\d+) destination=(\w+):(\d+) suppressed=(\d+)")


def content_of(frame):
    """What a router leaves as it is; None for what it does not forward."""
    at = 12
    while int.from_bytes(frame[at:at + 2], "big") in recast.TAGS:
        at += 4
    kind, body = int.from_bytes(frame[at:at + 2], "big"), frame[at + 2:]
    if kind == recast.IPV4 and len(body) >= 20:
        return body[:8] + body[9:10] + body[12:int.from_bytes(body[2:4], "big")]
    if kind == recast.IPV6 and len(body) >= 40:
        body = body[:7] + body[8:40 + int.from_bytes(body[4:6], "big")]
        # Who cuts a datagram again gives it a number of his own.
        return body[:43] + body[47:] if body[6] == recast.FRAGMENT else body
    return None


class Records:
    """When a denial may be caused: no faster than it may be recorded."""

    def __init__(self):
        self.due = defaultdict(float)

    def take(self, cause, at):
        """The time from AT on at which CAUSE has room for one record more."""
        at = max(at, self.due[cause] - (RECORDS_AT_ONCE - 1) * RECORD_SECONDS)
        self.due[cause] = max(self.due[cause], at) + RECORD_SECONDS
        return at


class Denial:
    """A line of the tracepoint, in the words of explain."""

    def __init__(self, match, sides):
        (layer, reason, ifindex, conduit, family, protocol, ethertype, source, source_port, to, to_port,
         suppressed) = match.groups()
        self.conduit, self.suppressed = int(conduit), int(suppressed)
        self.layer, self.reason, self.side = layer.lower(), reason.lower(), sides.get(int(ifindex), ifindex)
        word = {"6": "tcp", "17": "udp"}.get(protocol)
        source, to = self._address(family, source), self._address(family, to)
        if family == "0":
            self.text = f"frame 0x{ethertype}"
        elif word:
            self.text = f"{word} {source}:{source_port} -> {to}:{to_port}"
        else:
            self.text = f"protocol {protocol} {source} -> {to}"

    @staticmethod
    def _address(family, digits):
        packed = bytes.fromhex(digits)
        return "-" if family == "0" else str(ipaddress.ip_address(packed[:4] if family == "4" else packed))


class Witness:
    """Everything that comes out of the gateway, and what it says that it denied."""

    def __init__(self, trace, ends):
        """ENDS: what a side is called -> its cable here, the gateway's port there."""
        self.pipe = os.open(Path(trace) / "trace_pipe", os.O_RDONLY | os.O_NONBLOCK)
        self.sides, self.sockets = {}, {}
        for side, (cable, port) in ends.items():
            # A port's tags are devices of their own.
            for device in [Path(f"/sys/class/net/{port}"), *Path("/sys/class/net").glob(f"{port}.*")]:
                self.sides[int((device / "ifindex").read_text())] = side
            wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
            wire.setsockopt(socket.SOL_SOCKET, RCVBUFFORCE, 8 << 20)
            wire.bind((cable, 3))
            self.sockets[wire] = side
        self.seen, self.told, self.rest = Counter(), [], ""

    def clear(self):
        self.seen.clear()
        self.told.clear()

    def forget(self):
        """Also what is there and was not looked at."""
        while self.drain(0):
            pass
        self.hear()
        self.clear()

    def send(self, side, frame):
        next(wire for wire, of in self.sockets.items() if of == side).send(frame)

    def drain(self, seconds):
        ready, _, _ = select.select(list(self.sockets), [], [], seconds)
        for wire in ready:
            frame, (_, _, kind, _, _) = wire.recvfrom(65536)
            if kind != OUTGOING and not self._is_own(frame):
                self.seen[self.sockets[wire], content_of(frame) or frame] += 1
        return ready

    def missed(self):
        """Packets that came and were not seen; a witness that missed one proves nothing."""
        return sum(struct.unpack("II", wire.getsockopt(SOL_PACKET, STATISTICS, 8))[1] for wire in self.sockets)

    @staticmethod
    def _is_own(frame):
        """The gateway's own neighbour and listener discovery, which may come at any time."""
        packet = recast.Packet(frame)
        return packet.is_neighbour()

    def hear(self):
        """Reads on in the trace, and forgets nothing."""
        while True:
            try:
                text = os.read(self.pipe, 65536).decode()
            except BlockingIOError:
                return self.told
            *lines, self.rest = (self.rest + text).split("\n")
            self.told += [Denial(match, self.sides) for match in map(DENIAL.search, lines) if match]

    def wait(self, satisfied):
        """Until satisfied() of what came and what was denied; False: it never was."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            while self.drain(0.01):
                pass
            self.hear()
            if satisfied():
                return True
        return False
