"""Takes part in a τ topology: the link protocol (docs/wire.md) in Python.

A program that a manifest names as a node's "command" gets its connection in
TAU_LINK_FD:

    import tau_peer

    with tau_peer.Peer() as peer:
        out = peer.writer("out")
        for record in peer.reader("in"):      # waits; ends with the stream
            out.send(record.body.upper(), record.type)   # waits for credit

A reader is an iterator. What it holds and was not asked for yet is what the
writer at the other end may be ahead: nothing more comes until it is taken. A
writer waits while the other end has given no credit. One thread, no threads
of its own; whatever waits, goes on receiving for all streams.
"""

import collections
import os
import socket
import struct

BYTES, UTF8, VALUE, FD, CYCLE = range(5)
Record = collections.namedtuple("Record", "body type")

_HEAD = struct.Struct("<BxHIQI4x")
_ENTRY = struct.Struct("<IHxx")
_PART = struct.Struct("<IHxxI4x")
_NOTICE, _RECORDS, _PARTS = 1, 2, 3
_ALPHA, _OMEGA, _IOTA, _KAPPA = b"\x10", b"\x11", b"\x12", b"\x13"
_PACKET = 65536


class ProtocolError(Exception):
    """The other side broke the rules, or closed the connection with BYE."""


class Gone(Exception):
    """Nobody reads what is written any more."""


class Reader:
    """The records of one stream, in order. Iterate over it. Whoever asks for the
    next record has done with the one before."""

    def __init__(self, peer, port, records=1024, size=1 << 20):
        self._peer, self.port = peer, port
        self._records, self._size = records, size
        self._number = None
        self._queue = collections.deque()
        self._given = self._given_bytes = 0
        self._taken = self._taken_bytes = 0  # done with
        self._granted = self._granted_bytes = 0
        self._part = bytearray()
        self.reason = None  # once it has ended: "done", "failed", "crashed" …

    def __iter__(self):
        return self

    def __next__(self):
        self._taken, self._taken_bytes = self._given, self._given_bytes
        if self._number is not None and (
            self._taken + self._records - self._granted >= self._records // 4
            or self._taken_bytes + self._size - self._granted_bytes >= self._size // 4
        ):
            self._grant()
        while not self._queue:
            if self.reason is not None:
                raise StopIteration
            if 0 < self._granted < self._taken + self._records:
                self._grant()  # all that came is done with
            self._peer._receive()
        record = self._queue.popleft()
        self._given += 1
        self._given_bytes += len(record.body)
        return record

    def _grant(self):
        self._granted = self._taken + self._records
        self._granted_bytes = self._taken_bytes + self._size
        self._peer._notice(
            _IOTA, self._number, self._granted_bytes, self._granted
        )


class Writer:
    """One stream to be written."""

    def __init__(self, peer, port):
        self._peer, self.port = peer, port
        self._number = None
        self._bytes = self._records = 0  # the other side's limits
        self._sent = self._sent_bytes = 0
        self._atomic = 0
        self._gone = self._ended = False

    def send(self, body, type=BYTES):
        """Writes one record; waits for credit. Gone: nobody reads any more."""
        if isinstance(body, str):
            body, type = body.encode(), UTF8
        while not self._gone and (
            self._number is None
            or self._sent >= self._records
            or self._sent_bytes + len(body) > self._bytes
        ):
            if self._atomic and len(body) > self._atomic:
                raise ValueError(
                    f"a record of {len(body)} bytes; {self.port} takes {self._atomic}"
                )
            self._peer._receive()
        if self._gone:
            raise Gone(self.port)
        self._put(body, type)
        if self._gone:
            raise Gone(self.port)
        self._sent += 1
        self._sent_bytes += len(body)

    def _put(self, body, type):
        most = self._peer._packet - _HEAD.size - _ENTRY.size - 8
        if len(body) <= most:
            pad = -len(body) % 8
            table = _ENTRY.pack(len(body), type)
            self._peer._frame(
                _RECORDS, 1, self._number, self._sent, table + body + bytes(pad)
            )
            return
        most = (most - _PART.size) & ~7
        for at in range(0, len(body), most):
            part = _PART.pack(len(body), type, at) + body[at : at + most]
            self._peer._frame(_PARTS, 0, self._number, self._sent, part)

    def end(self, reason="done", text=""):
        """Ends the stream behind what was written."""
        if not self._ended and not self._gone and self._number is not None:
            self._peer._notice(_OMEGA, self._number, self._sent, reason, text)
        self._ended = True


class Peer:
    """One link, with a Reader or Writer for each port that is asked for."""

    def __init__(self, sock=None, name=None):
        if sock is None:
            sock = socket.socket(fileno=int(os.environ["TAU_LINK_FD"]))
        self._sock, self._packet, self._open = sock, 4096, False
        self._unheard = False
        self._readers, self._writers, self._streams = {}, {}, {}
        self._announced = {}
        self._credit, self._over = {}, {}  # told before a port was asked for
        self._notice(
            "tau", 1, _PACKET, int.from_bytes(os.urandom(7), "big"),
            name or os.environ.get("TAU_NODE", "python"),
        )

    def reader(self, port="in", **limits):
        """The stream that comes to the port. limits: records, size (bytes)."""
        if port not in self._readers:
            self._readers[port] = Reader(self, port, **limits)
            self._bind(port)
        return self._readers[port]

    def writer(self, port="out"):
        if port not in self._writers:
            self._writers[port] = Writer(self, port)
            self._bind(port)
        return self._writers[port]

    def close(self):
        """Ends what is being written, and closes."""
        for writer in self._writers.values():
            writer.end()
        for reader in self._readers.values():
            if reader.reason is None and reader._number is not None:
                self._notice(_OMEGA, reader._number, reader._given, "gone", "")
        try:  # what was said must not be lost to a reset
            self._sock.shutdown(socket.SHUT_WR)
            while self._sock.recv(_PACKET):
                pass
        except OSError:
            pass
        self._sock.close()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        """Ends all streams: as failed after an exception, but for Gone, which
        is how a program stops that nobody reads any more."""
        if kind not in (None, Gone):
            for writer in self._writers.values():
                writer.end("failed", str(error))
        self.close()
        return kind is Gone

    # What was announced before it was asked for, and the other way round.
    def _bind(self, port):
        for number, (name, writes, atomic) in list(self._announced.items()):
            if name == port:
                self._begin(number, name, writes, atomic)

    def _begin(self, number, port, writes, atomic):
        side = self._readers if writes else self._writers
        if port not in side:
            self._announced[number] = (port, writes, atomic)
            return
        self._announced.pop(number, None)
        stream = side[port]
        stream._number = number
        self._streams[number] = stream
        self._notice(_ALPHA, number, port, "in" if writes else "out", atomic, 0)
        if writes:
            stream._size = max(stream._size, 2 * atomic)
            stream.reason = self._over.get(number)
            stream._grant()
        else:
            stream._atomic = atomic
            stream._bytes, stream._records = self._credit.get(number, (0, 0))
            stream._gone = number in self._over

    # -- bytes -----------------------------------------------------------------

    def _frame(self, kind, count, stream, first, body):
        head = _HEAD.pack(kind, count, stream, first, len(body))
        packet = head + body + bytes(-len(body) % 8)
        if self._unheard:
            return
        try:
            self._sock.sendall(struct.pack("<I", len(packet)) + packet)
        except (BrokenPipeError, ConnectionResetError):
            self._unheard = True
            self._hear_the_rest()

    def _hear_the_rest(self):
        """Who does not listen any more has said so before, or why, or died."""
        while not all(w._gone or w._ended for w in self._writers.values()) or any(
            r.reason is None for r in self._readers.values()
        ):
            self._receive()

    def _notice(self, *items):
        self._frame(_NOTICE, 0, 0, 0, _encode_tuple(items))

    def _read(self, count):
        data = bytearray()
        while len(data) < count:
            try:
                piece = self._sock.recv(count - len(data))
            except ConnectionResetError:
                piece = b""
            if not piece:
                raise ProtocolError("the other side has gone")
            data += piece
        return bytes(data)

    def _receive(self):
        packet = self._read(struct.unpack("<I", self._read(4))[0])
        at = 0
        while at < len(packet):
            kind, count, stream, first, size = _HEAD.unpack_from(packet, at)
            body = packet[at + _HEAD.size : at + _HEAD.size + size]
            at += _HEAD.size + size + -size % 8
            if kind == _NOTICE:
                self._take_notice(_decode(body)[0])
            elif kind == _RECORDS:
                self._take_records(self._streams[stream], count, body)
            elif kind == _PARTS:
                self._take_part(self._streams[stream], body)

    def _take_notice(self, notice):
        what = notice[0]
        if what == "tau":
            if notice[1] != 1:
                self._notice("bye", "this side speaks version 1")
                raise ProtocolError(f"it speaks version {notice[1]}")
            self._packet = min(notice[2], _PACKET)
        elif what == "bye":
            raise ProtocolError(notice[1])
        elif what == _ALPHA:
            self._begin(notice[1], notice[2], notice[3] == "out", notice[4])
        elif what == _IOTA:
            self._credit[notice[1]] = notice[2:4]
            if notice[1] in self._streams:
                stream = self._streams[notice[1]]
                stream._bytes, stream._records = notice[2:4]
        elif what == _OMEGA:
            self._over[notice[1]] = notice[3]
            stream = self._streams.get(notice[1])
            if isinstance(stream, Writer):
                stream._gone = True
            elif stream:
                stream.reason = notice[3]

    def _take_records(self, reader, count, body):
        at = count * _ENTRY.size
        for i in range(count):
            size, type = _ENTRY.unpack_from(body, i * _ENTRY.size)
            reader._queue.append(Record(body[at : at + size], type))
            at += size + -size % 8

    def _take_part(self, reader, body):
        total, type, _ = _PART.unpack_from(body)
        reader._part += body[_PART.size :]
        if len(reader._part) == total:
            reader._queue.append(Record(bytes(reader._part), type))
            reader._part = bytearray()


# -- utf9, as far as notices need it (docs/utf9.md) -------------------------------


def _encode(item):
    if isinstance(item, bytes):  # a signal: one bare byte
        return item
    if isinstance(item, str):
        text = item.encode()[:255]
        return bytes([0x18, len(text)]) + text
    return bytes([0x80 + item]) if item < 128 else b"\x03" + item.to_bytes(8, "big")


def _encode_tuple(items):
    body = b"".join(map(_encode, items))
    return b"\x41" + struct.pack(">HH", len(body), len(items)) + body


def _decode(data, at=0):
    code = data[at]
    at += 1
    if code >= 0x80:
        return code - 0x80, at
    if code <= 0x03:
        return _load(data, at, 1 << code), at + (1 << code)
    if 0x10 <= code <= 0x13:
        return bytes([code]), at
    if 0x18 <= code <= 0x1B or 0x20 <= code <= 0x2F:
        width = 1 << (code & 3) if code <= 0x1B else 0
        size = _load(data, at, width) if width else code & 15
        at += width
        return data[at : at + size].decode("utf-8", "replace"), at + size
    if 0x40 <= code <= 0x43 or 0x48 <= code <= 0x4F:
        width = 1 << (code & 3) if code <= 0x43 else 1
        limit = at + _load(data, at, width)
        at += width
        limit += width
        if code <= 0x43:
            at += width
            limit += width
        items = []
        while at < limit:
            item, at = _decode(data, at)
            items.append(item)
        return items, at
    raise ProtocolError(f"a notice holds the byte {code:#04x}")


def _load(data, at, width):
    return int.from_bytes(data[at : at + width], "big")
