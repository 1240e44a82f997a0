'use strict';
/*
 * Takes part in a τ topology: the link protocol (docs/wire.md) in Node.js.
 *
 *	const {Peer} = require('./tau-peer');
 *	const peer = new Peer();                    // fd number in TAU_LINK_FD
 *	const out = peer.writer('out');
 *	for await (const record of peer.reader('in'))   // ends with the stream
 *		await out.send(record.body, record.type);  // waits for credit
 *	await peer.close();
 *
 * A reader is an async iterator: what it holds and was not asked for is all
 * that the other side may be ahead. `send` resolves when there was credit, and
 * rejects with Gone when nobody reads any more.
 */
const net = require('net');

const TYPES = {BYTES: 0, UTF8: 1, VALUE: 2, FD: 3, CYCLE: 4};
const NOTICE = 1, RECORDS = 2, PART = 3;
const HEAD = 24, ENTRY = 8, PART_HEAD = 16, PACKET = 65536;
const ALPHA = Symbol('α'), OMEGA = Symbol('ω'), IOTA = Symbol('ι'), KAPPA = Symbol('κ');
const SIGNALS = new Map([[0x10, ALPHA], [0x11, OMEGA], [0x12, IOTA], [0x13, KAPPA]]);
const CODES = new Map([...SIGNALS].map(([code, signal]) => [signal, code]));
const padding = (bytes) => -bytes & 7;

/* Nobody reads what is written any more: how a program stops, and no failure. */
class Gone extends Error {}

/* The records of one stream, in order. Whoever asks for the next one has done
 * with the one before. */
class Reader {
	constructor(peer, port, {records = 1024, size = 1 << 20} = {}) {
		Object.assign(this, {peer, port, records, size});
		this.queue = [];
		this.parts = [];
		this.given = 0;
		this.taken = this.takenBytes = 0; // done with
		this.granted = this.grantedBytes = 0;
		this.reason = null; // once it has ended: 'done', 'failed', …
		this.wake = () => {};
	}

	async *[Symbol.asyncIterator]() {
		for (;;) {
			while (this.queue.length === 0) {
				if (this.reason !== null) return;
				if (this.peer.error) throw this.peer.error;
				if (this.granted && this.granted < this.taken + this.records)
					this.grant(); // all that came is done with
				await new Promise((wake) => { this.wake = wake; });
			}
			const record = this.queue.shift();
			this.given++;
			yield record;
			this.taken++;
			this.takenBytes += record.body.length;
			if (this.taken + this.records - this.granted >= this.records / 4 ||
				this.takenBytes + this.size - this.grantedBytes >= this.size / 4)
				this.grant();
		}
	}

	begin(atomic) {
		this.size = Math.max(this.size, 2 * atomic);
		this.grant();
	}

	finish(reason) {
		this.reason = reason;
		this.wake();
	}

	grant() {
		this.granted = this.taken + this.records;
		this.grantedBytes = this.takenBytes + this.size;
		this.peer.notice(IOTA, this.number, this.grantedBytes, this.granted);
	}

	part(total, type, piece) {
		this.parts.push(piece);
		if (this.parts.reduce((sum, part) => sum + part.length, 0) < total) return;
		this.queue.push({body: Buffer.concat(this.parts), type});
		this.parts = [];
	}
}

/* One stream to be written. */
class Writer {
	constructor(peer, port) {
		Object.assign(this, {peer, port});
		this.limitBytes = this.limitRecords = 0;
		this.sent = this.sentBytes = 0;
		this.gone = this.ended = false;
		this.wake = () => {};
	}

	/* Writes one record (a Buffer, or a string); resolves once it was given to
	 * the connection, rejects when nobody reads any more. */
	async send(body, type = TYPES.BYTES) {
		if (typeof body === 'string') [body, type] = [Buffer.from(body), TYPES.UTF8];
		while (!this.gone && !this.peer.error && (this.number === undefined || this.sent >= this.limitRecords ||
			this.sentBytes + body.length > this.limitBytes)) {
			if (this.atomic && body.length > this.atomic)
				throw new RangeError(`a record of ${body.length} bytes; ${this.port} takes ${this.atomic}`);
			await new Promise((wake) => { this.wake = wake; });
		}
		if (!this.gone && this.peer.error) throw this.peer.error;
		if (this.gone) throw new Gone(`nobody reads ${this.port} any more`);
		const sequence = this.sent++;
		this.sentBytes += body.length;
		await this.put(sequence, body, type);
		if (!this.gone && this.peer.error) throw this.peer.error;
	}

	put(sequence, body, type) {
		const most = (this.peer.packet - HEAD - PART_HEAD - 8) & ~7;
		if (body.length <= most) {
			const table = Buffer.alloc(ENTRY);
			table.writeUInt32LE(body.length, 0);
			table.writeUInt16LE(type, 4);
			return this.peer.frame(RECORDS, 1, this.number, sequence,
				[table, body, Buffer.alloc(padding(body.length))]);
		}
		let last;
		for (let at = 0; at < body.length; at += most) {
			const head = Buffer.alloc(PART_HEAD);
			head.writeUInt32LE(body.length, 0);
			head.writeUInt16LE(type, 4);
			head.writeUInt32LE(at, 8);
			last = this.peer.frame(PART, 0, this.number, sequence,
				[head, body.subarray(at, at + most)]);
		}
		return last;
	}

	begin(atomic) {
		this.atomic = atomic;
		this.allow(this.peer.credit.get(this.number) || [this.number, 0, 0]);
	}

	finish() {
		this.gone = true;
		this.wake();
	}

	allow([, bytes, records]) {
		this.limitBytes = bytes;
		this.limitRecords = records;
		this.wake();
	}

	end(reason = 'done', text = '') {
		if (!this.ended && !this.gone && this.number !== undefined)
			this.peer.notice(OMEGA, this.number, this.sent, reason, text);
		this.ended = true;
	}
}

/* One link, with a reader or writer for each port that is asked for. */
class Peer {
	constructor({socket, name = process.env.TAU_NODE || 'node'} = {}) {
		this.socket = socket || new net.Socket({fd: Number(process.env.TAU_LINK_FD)});
		this.packet = 4096;
		this.readers = new Map();
		this.writers = new Map();
		this.streams = new Map();
		this.announced = new Map();
		this.credit = new Map(); // told before a port was asked for, and
		this.over = new Map(); // how streams ended
		this.rest = Buffer.alloc(0);
		this.waiting = []; // for the socket to take more, or to be gone
		this.socket.on('drain', () => this.drained());
		this.socket.on('data', (data) => this.take(data));
		this.socket.on('error', (error) => this.fail(error));
		this.socket.on('close', () => this.fail(new Error('the other side has gone')));
		this.notice('tau', 1, PACKET, Math.floor(Math.random() * 2 ** 48), name);
	}

	reader(port = 'in', limits) {
		return this.open(this.readers, port, () => new Reader(this, port, limits));
	}

	writer(port = 'out') {
		return this.open(this.writers, port, () => new Writer(this, port));
	}

	/* Ends what is being written, and closes. */
	close() {
		for (const writer of this.writers.values()) writer.end();
		for (const reader of this.readers.values())
			if (reader.reason === null && reader.number !== undefined)
				this.notice(OMEGA, reader.number, reader.given, 'gone', '');
		if (this.socket.destroyed) return Promise.resolve();
		return new Promise((closed) => this.socket.end(closed));
	}

	open(side, port, make) {
		if (side.has(port)) return side.get(port);
		side.set(port, make());
		for (const [number, alpha] of [...this.announced])
			if (alpha[0] === port) this.begin(number, ...alpha);
		return side.get(port);
	}

	begin(number, port, direction, atomic) {
		const stream = (direction === 'out' ? this.readers : this.writers).get(port);
		if (!stream) {
			this.announced.set(number, [port, direction, atomic]);
			return;
		}
		this.announced.delete(number);
		stream.number = number;
		this.streams.set(number, stream);
		this.notice(ALPHA, number, port, direction === 'out' ? 'in' : 'out', atomic, 0);
		stream.begin(atomic);
		if (this.over.has(number)) stream.finish(this.over.get(number));
	}

	fail(error) {
		this.error = this.error || error;
		for (const stream of [...this.readers.values(), ...this.writers.values()]) stream.wake();
		this.drained();
	}

	drained() {
		for (const wake of this.waiting.splice(0)) wake();
	}

	frame(kind, count, stream, first, bodies) {
		const bytes = bodies.reduce((sum, body) => sum + body.length, 0);
		const head = Buffer.alloc(4 + HEAD);
		head.writeUInt32LE(HEAD + bytes + padding(bytes), 0);
		head.writeUInt8(kind, 4);
		head.writeUInt16LE(count, 6);
		head.writeUInt32LE(stream, 8);
		head.writeBigUInt64LE(BigInt(first), 12);
		head.writeUInt32LE(bytes, 20);
		const packet = Buffer.concat([head, ...bodies, Buffer.alloc(padding(bytes))]);
		if (this.error || this.socket.write(packet)) return Promise.resolve();
		return new Promise((wake) => this.waiting.push(wake));
	}

	notice(...items) {
		return this.frame(NOTICE, 0, 0, 0, [encodeTuple(items)]);
	}

	/* Takes every packet that is whole. */
	take(data) {
		this.rest = this.rest.length ? Buffer.concat([this.rest, data]) : data;
		try {
			while (this.rest.length >= 4) {
				const bytes = this.rest.readUInt32LE(0);
				if (this.rest.length < 4 + bytes) return;
				this.takePacket(this.rest.subarray(4, 4 + bytes));
				this.rest = this.rest.subarray(4 + bytes);
			}
		} catch (error) {
			this.fail(error);
			this.socket.destroy();
		}
	}

	takePacket(packet) {
		for (let at = 0; at < packet.length;) {
			const kind = packet.readUInt8(at);
			const count = packet.readUInt16LE(at + 2);
			const number = packet.readUInt32LE(at + 4);
			const bytes = packet.readUInt32LE(at + 16);
			const body = packet.subarray(at + HEAD, at + HEAD + bytes);
			at += HEAD + bytes + padding(bytes);
			if (kind === NOTICE) {
				this.takeNotice(decode(body, {at: 0}));
				continue;
			}
			const stream = this.streams.get(number);
			if (kind === RECORDS) takeRecords(stream, count, body);
			if (kind === PART)
				stream.part(body.readUInt32LE(0), body.readUInt16LE(4),
					Buffer.from(body.subarray(PART_HEAD)));
			stream.wake();
		}
	}

	takeNotice([what, ...rest]) {
		const stream = this.streams.get(rest[0]);
		if (what === 'tau') {
			if (rest[0] !== 1) throw new Error(`it speaks version ${rest[0]}`);
			this.packet = Math.min(rest[1], PACKET);
		} else if (what === 'bye') {
			throw new Error(rest[0]);
		} else if (what === ALPHA) {
			this.begin(...rest);
		} else if (what === IOTA) {
			this.credit.set(rest[0], rest);
			if (stream) stream.allow(rest);
		} else if (what === OMEGA) {
			this.over.set(rest[0], rest[2]);
			if (stream) stream.finish(rest[2]);
		}
	}
}

function takeRecords(reader, count, body) {
	let at = count * ENTRY;
	for (let i = 0; i < count; i++) {
		const bytes = body.readUInt32LE(i * ENTRY);
		reader.queue.push({
			body: Buffer.from(body.subarray(at, at + bytes)),
			type: body.readUInt16LE(i * ENTRY + 4),
		});
		at += bytes + padding(bytes);
	}
}

/* utf9, as far as notices need it (docs/utf9.md). */
function encodeTuple(items) {
	const body = Buffer.concat(items.map(encode));
	const head = Buffer.alloc(5);
	head.writeUInt8(0x41, 0);
	head.writeUInt16BE(body.length, 1);
	head.writeUInt16BE(items.length, 3);
	return Buffer.concat([head, body]);
}

function encode(item) {
	if (CODES.has(item)) return Buffer.from([CODES.get(item)]);
	if (typeof item === 'string') {
		const text = Buffer.from(item).subarray(0, 255);
		return Buffer.concat([Buffer.from([0x18, text.length]), text]);
	}
	if (item < 128) return Buffer.from([0x80 + item]);
	const number = Buffer.alloc(9);
	number.writeUInt8(0x03, 0);
	number.writeBigUInt64BE(BigInt(item), 1);
	return number;
}

function decode(data, cursor) {
	const code = data[cursor.at++];
	if (code >= 0x80) return code - 0x80;
	if (code <= 0x03) return load(data, cursor, 1 << code);
	if (SIGNALS.has(code)) return SIGNALS.get(code);
	if ((code >= 0x18 && code <= 0x1b) || (code >= 0x20 && code <= 0x2f)) {
		const bytes = code <= 0x1b ? load(data, cursor, 1 << (code & 3)) : code & 15;
		cursor.at += bytes;
		return data.toString('utf8', cursor.at - bytes, cursor.at);
	}
	if ((code >= 0x40 && code <= 0x43) || (code >= 0x48 && code <= 0x4f)) {
		const short = code >= 0x48;
		const bytes = load(data, cursor, short ? 1 : 1 << (code & 3));
		if (!short) load(data, cursor, 1 << (code & 3));
		const items = [];
		for (const limit = cursor.at + bytes; cursor.at < limit;) items.push(decode(data, cursor));
		return items;
	}
	throw new Error(`a notice holds the byte 0x${code.toString(16)}`);
}

function load(data, cursor, width) {
	let number = 0;
	for (let i = 0; i < width; i++) number = number * 256 + data[cursor.at++];
	return number;
}

module.exports = {Peer, Gone, ...TYPES};
