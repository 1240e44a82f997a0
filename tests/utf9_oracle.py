"""An independent reading of docs/utf9.md, held against the C implementation.

    python3 tests/utf9_oracle.py UTF9_TOOL ROUNDS SEED

Written from the specification, not from the C code. Three comparisons: what
the C writer wrote is read here and must say the same as the C printer; what is
encoded here, in every form the format has, must be read there; and both must
agree which damaged values are malformed.
"""
import base64
import math
import random
import struct
import subprocess
import sys

try:
    import json  # Debian's python3-minimal has none
except ImportError:
    json = None

DEPTH = 32


class Malformed(Exception):
    pass


class Reader:
    def __init__(self, body):
        self.body = body
        self.at = 0

    def take(self, count):
        if count > len(self.body) - self.at:
            raise Malformed
        self.at += count
        return self.body[self.at - count:self.at]

    def number(self, width):
        return int.from_bytes(self.take(width), "big")


SIGNALS = {0x10: "alpha", 0x11: "omega", 0x12: "iota", 0x13: "kappa"}


def payload_is_empty(code):
    return (code in (0x20, 0x30) or 0x0C <= code <= 0x0E or
            0x10 <= code <= 0x14 or code >= 0x80)


def read(reader, code, depth):
    """The model of a value whose code was taken: a pair of kind and content."""
    if code <= 0x03:
        return "int", reader.number(1 << code)
    if code <= 0x07:
        width = 1 << (code - 4)
        return "int", int.from_bytes(reader.take(width), "big", signed=True)
    if code == 0x08:
        return "float", struct.unpack(">f", reader.take(4))[0]
    if code == 0x09:
        return "float", struct.unpack(">d", reader.take(8))[0]
    if code == 0x0A:
        return "symbol", reader.take(8)
    if code == 0x0B:
        return "fd", (reader.number(4), reader.number(4))
    if code == 0x0C:
        return "null", None
    if code in (0x0D, 0x0E):
        return "bool", code == 0x0E
    if code in SIGNALS:
        return "signal", SIGNALS[code]
    if code == 0x14:
        return "cycle", None
    if 0x15 <= code <= 0x17:
        return "cycle", reader.number(1 << (code - 0x14))
    if 0x18 <= code <= 0x1B:
        return "text", reader.take(reader.number(1 << (code - 0x18)))
    if 0x1C <= code <= 0x1F:
        return "bytes", reader.take(reader.number(1 << (code - 0x1C)))
    if 0x20 <= code <= 0x2F:
        return "text", reader.take(code - 0x20)
    if 0x30 <= code <= 0x3F:
        return "bytes", reader.take(code - 0x30)
    if code >= 0x80:
        return "int", code - 0x80
    if 0x40 <= code <= 0x53:
        return read_container(reader, code, depth)
    raise Malformed


def read_container(reader, code, depth):
    if depth == 0:
        raise Malformed
    if 0x48 <= code <= 0x4F:
        length, count = reader.number(1), code - 0x48
    else:
        width = 1 << (code & 3)
        length = reader.number(width)
        count = reader.number(width)
    inner = Reader(reader.take(length))
    if 0x44 <= code <= 0x47:
        element = inner.number(1)
        if payload_is_empty(element) or count > length:
            raise Malformed
        content = [read(inner, element, depth - 1) for _ in range(count)]
        if element == 0x0F or 0x54 <= element < 0x80:
            raise Malformed
    elif code >= 0x50:
        if 2 * count > length:
            raise Malformed
        content = [(read(inner, inner.number(1), depth - 1),
                    read(inner, inner.number(1), depth - 1))
                   for _ in range(count)]
    else:
        if count > length:
            raise Malformed
        content = [read(inner, inner.number(1), depth - 1)
                   for _ in range(count)]
    if inner.at != length:
        raise Malformed
    return ("map" if code >= 0x50 else
            "array" if 0x44 <= code <= 0x47 else "tuple"), content


def decode(body):
    reader = Reader(body)
    model = read(reader, reader.number(1), DEPTH)
    if reader.at != len(body):
        raise Malformed
    return model


# --- what the C printer must say ---------------------------------------------

def text_of(raw):
    """Bytes as text, one U+FFFD for each byte that belongs to no character."""
    out = []
    while raw:
        for size in (1, 2, 3, 4):
            try:
                out.append(raw[:size].decode("utf-8"))
                raw = raw[size:]
                break
            except UnicodeDecodeError:
                pass
        else:
            out.append("\ufffd")
            raw = raw[1:]
    return "".join(out)


def quoted(raw, quote):
    """The people's form of bytes between quotes."""
    out = [quote]
    while raw:
        for size in (1, 2, 3, 4):
            try:
                character = raw[:size].decode("utf-8")
            except UnicodeDecodeError:
                continue
            raw = raw[size:]
            names = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f",
                     "\r": "\\r", "\\": "\\\\", quote: "\\" + quote}
            if character in names:
                out.append(names[character])
            elif ord(character) < 0x20 or ord(character) == 0x7F:
                out.append("\\x%02x" % ord(character))
            else:
                out.append(character)
            break
        else:
            out.append("\\x%02x" % raw[0])
            raw = raw[1:]
    return "".join(out) + quote


def float_text(number):
    """Any digits that read back; the C side prints the shortest of 15 to 17."""
    if math.isnan(number):
        return "nan"
    if math.isinf(number):
        return "inf" if number > 0 else "-inf"
    for digits in (15, 16, 17):
        text = "%.*g" % (digits, number)
        if float(text) == number:
            break
    return text if "." in text or "e" in text else text + ".0"


def people(model):
    kind, content = model
    if kind == "null":
        return "null"
    if kind == "bool":
        return "true" if content else "false"
    if kind == "int":
        return str(content)
    if kind == "float":
        return float_text(content)
    if kind == "text":
        return quoted(content, '"')
    if kind == "bytes":
        return "x'" + content.hex() + "'"
    if kind == "symbol":
        return quoted(content.rstrip(b"\0"), "'")
    if kind == "fd":
        return "fd(pid %d, %d)" % content
    if kind == "signal":
        return content
    if kind == "cycle":
        return "tau" if content is None else "tau(%d)" % content
    if kind == "map":
        return "{" + ", ".join(people(key) + ": " + people(value)
                               for key, value in content) + "}"
    inner = ", ".join(people(item) for item in content)
    return "[" + inner + "]" if kind == "array" else "(" + inner + ")"


def string(text):
    names = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f",
             "\r": "\\r", "\\": "\\\\", '"': '\\"'}
    return '"' + "".join(
        names.get(each) or
        ("\\u%04x" % ord(each) if each < " " or each == "\x7f" else each)
        for each in text) + '"'


def shown(model):
    """The model as JSON."""
    kind, content = model
    if kind in ("null", "bool", "int"):
        return people(model)
    if kind == "float":
        names = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
        text = float_text(content)
        return string(names[text]) if text in names else text
    if kind == "text":
        return string(text_of(content))
    if kind == "bytes":
        return string(base64.b64encode(content).decode())
    if kind == "symbol":
        return string(text_of(content.rstrip(b"\0")))
    if kind == "fd":
        return '{"tau":"fd","pid":%d,"fd":%d}' % content
    if kind == "signal":
        return '{"tau":"%s"}' % content
    if kind == "cycle":
        return '{"tau":"cycle"}' if content is None else \
            '{"tau":"cycle","at":%d}' % content
    if kind == "map":
        return "{" + ",".join(
            string(text_of(key[1]) if key[0] == "text" else people(key)) +
            ":" + shown(value) for key, value in content) + "}"
    return "[" + ",".join(shown(item) for item in content) + "]"


# --- values in every form the format has --------------------------------------

def length_forms(length):
    return [form for form in range(4) if length < 1 << (8 << form)]


def random_text(choose):
    if choose.random() < 0.3:
        return choose.randbytes(choose.randrange(20))
    letters = "ab\"\\/\n\0\x7fé€😀\ud7ff\uffff"
    return "".join(choose.choice(letters)
                   for _ in range(choose.randrange(12))).encode()


def random_code(choose, depth):
    """Scalars and containers alternate; every code has its turn."""
    if depth and choose.random() < 0.4:
        return choose.randrange(0x40, 0x54)
    if choose.random() < 0.1:
        return choose.randrange(0x80, 0x100)
    code = 0x0F
    while code == 0x0F:
        code = choose.randrange(0x40)
    return code


def encode(choose, depth):
    code = random_code(choose, depth)
    return bytes([code]) + payload(choose, code, depth)


def payload(choose, code, depth):
    if code <= 0x07:
        return choose.randbytes(1 << (code & 3))
    if code <= 0x0B:
        return choose.randbytes(4 if code == 0x08 else 8)
    if code <= 0x14 or code >= 0x80:
        return b""
    if code <= 0x17:
        return choose.randbytes(1 << (code - 0x14))
    if code <= 0x1F:
        content = random_text(choose)
        return len(content).to_bytes(1 << (code & 3), "big") + content
    if code <= 0x3F:
        return choose.randbytes(code & 15)
    return payload_of_container(choose, code, depth)


def payload_of_container(choose, code, depth):
    while True:
        count = choose.randrange(8) if depth else 0
        if 0x48 <= code <= 0x4F:
            count = code - 0x48
        if 0x44 <= code <= 0x47:
            content = array_content(choose, depth, count)
        else:
            content = b"".join(encode(choose, depth - 1 if depth else 0)
                               for _ in range(
                                   2 * count if code >= 0x50 else count))
        short = 0x48 <= code <= 0x4F
        width = 1 if short else 1 << (code & 3)
        if len(content) < 1 << (8 * width):
            return len(content).to_bytes(width, "big") + \
                (b"" if short else count.to_bytes(width, "big")) + content


def array_content(choose, depth, count):
    element = 0x0C
    while payload_is_empty(element):
        element = random_code(choose, depth - 1 if depth else 0)
    return bytes([element]) + b"".join(
        payload(choose, element, depth - 1 if depth else 0)
        for _ in range(count))


def damage(choose, body):
    body = bytearray(body)
    way = choose.randrange(4)
    if way == 0 and body:
        body[choose.randrange(len(body))] = choose.randrange(256)
    elif way == 1:
        del body[choose.randrange(len(body) + 1):]
    elif way == 2:
        body.insert(choose.randrange(len(body) + 1), choose.randrange(256))
    elif body:
        del body[choose.randrange(len(body))]
    return bytes(body)


# --- the comparison ------------------------------------------------------------

def compare(tool, bodies):
    lines = "".join(body.hex() + "\n" for body in bodies)
    theirs = subprocess.run([tool, "show"], input=lines.encode(),
                            stdout=subprocess.PIPE, check=True).stdout
    theirs = theirs.decode("utf-8").split("\n")[:-1]
    assert len(theirs) == len(bodies), "the tool gave up"
    malformed = 0
    for body, line in zip(bodies, theirs):
        try:
            wanted = shown(decode(body))
        except Malformed:
            malformed += 1
            assert line == "malformed", \
                "%s is malformed, C shows %s" % (body.hex(), line)
            continue
        assert line != "malformed", \
            "%s says %s, C calls it malformed" % (body.hex(), wanted)
        assert line == wanted, \
            "%s says %s, C shows %s" % (body.hex(), wanted, line)
        if json:
            json.loads(line)
    return malformed


def main():
    tool, rounds, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    choose = random.Random(seed)
    written = subprocess.run([tool, "generate", str(seed), str(rounds)],
                             stdout=subprocess.PIPE, check=True).stdout
    written = [bytes.fromhex(line) for line in written.decode().split()]
    assert compare(tool, written) == 0, "the writer wrote malformed values"
    ours = [encode(choose, 4) for _ in range(rounds)]
    assert compare(tool, ours) == 0, "the oracle wrote malformed values"
    damaged = [damage(choose, choose.choice(written + ours))
               for _ in range(2 * rounds)]
    refused = compare(tool, damaged)
    assert 0 < refused < len(damaged), "damage came out one-sided"
    print("%d written in C, %d written here, %d damaged (%d malformed): agreed"
          % (len(written), len(ours), len(damaged), refused))


main()
