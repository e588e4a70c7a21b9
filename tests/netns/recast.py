# SPDX-License-Identifier: GPL-2.0-or-later
"""
Casts a capture anew: the hosts that are in it become hosts of the reference plant, its frames come in by the
gateway's ports, and all checksums are true.

Who begins a conversation, by the port of its service, becomes a host of control, who answers one of the DMZ; what has no
such ports goes the way that was seen before between the two, and else the source is the one who began. Data, flags,
numbers, pieces, extension headers and tags stay as they were recorded. Left out, and counted, is what cannot be
replayed: frames that the capture cut off or that are larger than a cable takes, neighbour discovery (it names
the MAC addresses of another network) and what goes to a group.
"""
import ipaddress
import struct

CONTROL, DMZ = "control", "dmz"
LARGEST = 1614          # what the cables of tests/netns/captures take
TAGS = (0x8100, 0x88A8, 0x9100)
IPV4, IPV6, ARP = 0x0800, 0x86DD, 0x0806
ICMP, TCP, UDP, ICMPV6, FRAGMENT = 1, 6, 17, 58, 44
EXTENSIONS = (0, 43, 60, 135)
CHECKSUM_AT = {TCP: 16, UDP: 6, ICMP: 2, ICMPV6: 2}

# In the order in which they appear, the hosts of a capture become these; more of them share the last one.
HOSTS = {
    (CONTROL, 4): ["10.1.0.7"] + [f"10.1.0.{n}" for n in range(2, 7)],
    (CONTROL, 6): [f"fd00:1:0:1::{n}" for n in range(7, 10)],
    (DMZ, 4): ["10.2.0.10", "10.2.0.11"] + [f"10.2.0.{n}" for n in range(20, 30)],
    (DMZ, 6): ["fd00:2::10"] + [f"fd00:2::{n}" for n in range(20, 23)],
}
TIME = "10.2.0.2"
PLC_MAC = bytes.fromhex("001d9c000007")


def mac_of(side, address):
    """The MAC that a host of the plant speaks from."""
    if address == "10.1.0.7":
        return PLC_MAC
    packed = ipaddress.ip_address(address).packed
    return b"\x02\x00" + bytes([1 if side == CONTROL else 2, len(packed)]) + packed[-2:]


def add_up(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def checksum(data):
    return ~add_up(data) & 0xFFFF


def read(path, limit):
    """Up to LIMIT whole frames of a capture of Ethernet, and how many it cut off."""
    with open(path, "rb") as file:
        data = file.read()
    order = {b"\xd4\xc3\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">"}[data[:4]]
    assert struct.unpack_from(order + "I", data, 20)[0] == 1, f"{path}: no Ethernet"
    frames, cut, at = [], 0, 24
    while at < len(data) and len(frames) < limit:
        kept, length = struct.unpack_from(order + "II", data, at + 8)
        if kept == length <= LARGEST:
            frames.append(data[at + 16:at + 16 + kept])
        else:
            cut += 1
        at += 16 + kept
    return frames, cut


def write(path, frames):
    """Frames are pairs: when, in seconds, and bytes."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for when, data in frames:
            file.write(struct.pack("<IIII", int(when), int(when * 1000000 % 1000000), len(data), len(data)) + data)


class Packet:
    """One frame taken apart, as far as addresses and checksums need it."""

    def __init__(self, frame):
        self.tags, at = b"", 12
        while struct.unpack_from("!H", frame, at)[0] in TAGS:
            at += 4
        self.tags, self.ethertype = frame[12:at], struct.unpack_from("!H", frame, at)[0]
        self.group = bool(frame[0] & 1)
        self.body = bytearray(frame[at + 2:])
        self.family = {IPV4: 4, IPV6: 6}.get(self.ethertype, 0)
        self.protocol = self.ports = None
        self.first, self.whole, self.upper, self.end = True, True, 0, len(self.body)
        if self.family == 4:
            self._take_ipv4()
        elif self.family == 6:
            self._take_ipv6()
        if self.protocol in (TCP, UDP) and self.first and self.end - self.upper >= 4:
            self.ports = struct.unpack_from("!HH", self.body, self.upper)

    def _take_ipv4(self):
        piece = struct.unpack_from("!H", self.body, 6)[0]
        self.first, self.whole = not piece & 0x1FFF, not piece & 0x3FFF
        self.upper, self.protocol = (self.body[0] & 15) * 4, self.body[9]
        self.end = struct.unpack_from("!H", self.body, 2)[0]

    def _take_ipv6(self):
        self.upper, self.protocol = 40, self.body[6]
        self.end = 40 + struct.unpack_from("!H", self.body, 4)[0]
        while self.protocol in EXTENSIONS + (FRAGMENT,) and self.upper + 8 <= len(self.body):
            size = 8 * (self.body[self.upper + 1] + 1)
            if self.protocol == FRAGMENT:
                piece = struct.unpack_from("!H", self.body, self.upper + 2)[0]
                self.first, self.whole, size = not piece & 0xFFF8, not piece & 0xFFF9, 8
            self.protocol, self.upper = self.body[self.upper], self.upper + size

    def _span(self):
        return (12, 20) if self.family == 4 else (8, 40)

    def ends(self):
        """Source and destination."""
        first, last = self._span()
        middle = (first + last) // 2
        return (str(ipaddress.ip_address(bytes(self.body[first:middle]))),
                str(ipaddress.ip_address(bytes(self.body[middle:last]))))

    def is_neighbour(self):
        return self.ethertype == ARP or (self.protocol == ICMPV6 and self.first and self.upper < len(self.body) and
                                         130 <= self.body[self.upper] <= 143)

    def readdress(self, source, destination):
        first, last = self._span()
        before = bytes(self.body[first:last])
        self.body[first:last] = ipaddress.ip_address(source).packed + ipaddress.ip_address(destination).packed
        if self.family == 4 and len(self.body) >= 20:
            self.body[10:12] = b"\0\0"
            self.body[10:12] = struct.pack("!H", checksum(bytes(self.body[:(self.body[0] & 15) * 4])))
        self._mend(before, bytes(self.body[first:last]))

    def _mend(self, before, after):
        place = self.upper + CHECKSUM_AT.get(self.protocol, 0)
        if self.protocol not in CHECKSUM_AT or not self.first or place + 2 > min(self.end, len(self.body)):
            return
        have = struct.unpack_from("!H", self.body, place)[0]
        if self.protocol == UDP and not have:
            return
        if self.whole and self.end <= len(self.body):
            new = self._full_checksum(place, after)
        elif self.protocol == ICMP:
            return
        else:
            # The rest of the datagram is in other frames: only what changed counts (RFC 1624).
            new = ~add_up(struct.pack("!H", ~have & 0xFFFF) + bytes(~byte & 0xFF for byte in before) + after) & 0xFFFF
        self.body[place:place + 2] = struct.pack("!H", new or 0xFFFF if self.protocol == UDP else new)

    def _full_checksum(self, place, addresses):
        self.body[place:place + 2] = b"\0\0"
        data = bytes(self.body[self.upper:self.end])
        if self.protocol != ICMP:
            data += b"\0" * (len(data) % 2) + addresses + struct.pack("!IHH", len(data), 0, self.protocol)
        return checksum(data)

    def frame(self, to, source, tag=None):
        tags = self.tags if tag is None else struct.pack("!HH", TAGS[0], tag) + self.tags[4:]
        return to + source + tags + struct.pack("!H", self.ethertype) + bytes(self.body)


class Cast:
    """Who plays whom in one capture."""

    def __init__(self, services, turned=False, servers=()):
        self.services, self.turned, self.servers = set(services), turned, list(servers)
        self.begun = {}     # (source, destination) -> the source is the one who began
        self.names = {}     # (side, recorded address) -> address in the plant

    def _is_client(self, packet, source, destination):
        known = self.begun.get((source, destination), True)
        if packet.ports and packet.ports[1] in self.services:
            known = True
        elif packet.ports and packet.ports[0] in self.services:
            known = False
        self.begun[source, destination], self.begun[destination, source] = known, not known
        return known

    def _name(self, side, address):
        family = ipaddress.ip_address(address).version
        hosts = self.servers if side == DMZ and self.servers and family == 4 else HOSTS[side, family]
        taken = sum(1 for other in self.names if other[0] == side)
        return self.names.setdefault((side, address), hosts[min(taken, len(hosts) - 1)])

    def play(self, packet):
        """Gives a packet its ends in the plant. Returns the side that it comes from, and its source."""
        source, destination = packet.ends()
        client = self._is_client(packet, source, destination)
        side = CONTROL if client != self.turned else DMZ
        new = self._name(side, source)
        packet.readdress(new, self._name(DMZ if side == CONTROL else CONTROL, destination))
        return side, new


def datagram(source, destination, ports, payload):
    """A UDP datagram of ours over IPv4, without Ethernet header."""
    addresses = ipaddress.ip_address(source).packed + ipaddress.ip_address(destination).packed
    length = 8 + len(payload)
    upper = struct.pack("!HHHH", *ports, length, 0) + payload
    total = checksum(upper + b"\0" * (length % 2) + addresses + struct.pack("!IHH", length, 0, UDP))
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + length, 0, 0, 64, UDP, 0) + addresses
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    return header + upper[:6] + struct.pack("!H", total or 0xFFFF) + payload


# Segments whose flags alone decide whether they are of a flow: who sends it, with which flags.
STRANGE = [("client", 0x02), ("client", 0x10), ("client", 0x11), ("server", 0x12), ("client", 0x10), ("client", 0x08),
           ("client", 0x18), ("server", 0x10), ("server", 0x01), ("client", 0x12), ("server", 0x02), ("client", 0x30),
           ("client", 0x29), ("client", 0x24), ("server", 0x32), ("client", 0x39), ("server", 0x11), ("client", 0x10)]


def strange_segments():
    """Frames of a TCP connection to port 502 that no honest end would send so."""
    ends = {"client": ("192.0.2.1", 40000), "server": ("192.0.2.2", 502)}
    sequence, frames = {"client": 1000, "server": 5000}, []
    for sender, flags in STRANGE:
        peer = "server" if sender == "client" else "client"
        (source, source_port), (to, to_port) = ends[sender], ends[peer]
        upper = struct.pack("!HHIIBBHHH", source_port, to_port, sequence[sender], sequence[peer], 0x50, flags, 8192, 0, 0)
        header = struct.pack("!BBHHHBBH", 0x45, 0, 40, 0, 0, 64, TCP, 0)
        addresses = ipaddress.ip_address(source).packed + ipaddress.ip_address(to).packed
        frames.append(bytes(12) + IPV4.to_bytes(2, "big") + header + addresses + upper)
        sequence[sender] += (flags, sender) in ((0x02, "client"), (0x12, "server"))
    return frames
