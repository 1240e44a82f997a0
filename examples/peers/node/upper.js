'use strict';
/* A node in Node.js: text comes in, and goes out louder. */
const {Peer, Gone} = require('./tau-peer');

/* ASCII alone, as tr does it, so that any bytes pass. */
function upper(body) {
	return body.map((byte) => (byte >= 97 && byte <= 122 ? byte - 32 : byte));
}

async function main() {
	const peer = new Peer();
	const out = peer.writer('out');
	try {
		for await (const record of peer.reader('in'))
			await out.send(upper(record.body), record.type);
	} catch (error) {
		if (!(error instanceof Gone)) throw error; // else: nobody reads on
	}
	await peer.close();
}

main().catch((error) => {
	console.error(error.message);
	process.exit(1);
});
