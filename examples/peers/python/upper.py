"""A node in Python: text comes in, and goes out louder."""
import tau_peer

with tau_peer.Peer() as peer:
    out = peer.writer("out")
    for record in peer.reader("in"):
        out.send(record.body.upper(), record.type)
