"""client.py PORT COUNT: connects COUNT times at once and says the text on
standard input over each connection, over the last one a thousand times, which
listens only when the others were answered. Prints the answers by connection,
without their worker's name, and how many workers there were."""
import selectors
import socket
import sys


class Client:
    def __init__(self, port, text):
        self.text = memoryview(text)
        self.heard = []
        self.listens = True
        self.socket = socket.socket()
        # Little room, so that who does not listen is soon waited for.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setblocking(False)

    def say(self):
        """Says what the kernel takes."""
        try:
            self.text = self.text[self.socket.send(self.text[:65536]) :]
        except BlockingIOError:
            pass
        if not self.text:
            self.socket.shutdown(socket.SHUT_WR)

    def listen(self):
        """Whether the other side goes on."""
        part = self.socket.recv(65536)
        self.heard.append(part)
        return bool(part)

    def follow(self, selector):
        """Waits for what there is to wait for, which may be nothing."""
        events = selectors.EVENT_WRITE if self.text else 0
        events |= selectors.EVENT_READ if self.listens else 0
        known = self.socket in selector.get_map()
        if known and events:
            selector.modify(self.socket, events, self)
        elif events:
            selector.register(self.socket, events, self)
        elif known:
            selector.unregister(self.socket)


def talk(clients):
    slow, left = clients[-1], len(clients)
    selector = selectors.DefaultSelector()
    slow.listens = False
    for client in clients:
        client.follow(selector)
    while left > 0:
        for key, events in selector.select():
            client = key.data
            if events & selectors.EVENT_WRITE:
                client.say()
            if events & selectors.EVENT_READ and not client.listen():
                selector.unregister(client.socket)
                client.socket.close()
                left -= 1
            else:
                client.follow(selector)
        if left == 1 and not slow.listens:
            slow.listens = True
            slow.follow(selector)


def main():
    port, count = int(sys.argv[1]), int(sys.argv[2])
    text = sys.stdin.buffer.read()
    clients = [Client(port, text) for _ in range(count - 1)]
    clients.append(Client(port, text * 1000))
    talk(clients)
    workers = set()
    for number, client in enumerate(clients, 1):
        names = set()
        for line in b"".join(client.heard).splitlines():
            name, _, answer = line.partition(b": ")
            names.add(name)
            sys.stdout.buffer.write(b"%d: %s\n" % (number, answer))
        if len(names) != 1:
            sys.exit("connection %d was answered by %s" % (number, names))
        workers |= names
    sys.stdout.buffer.write(b"%d workers\n" % len(workers))


main()
