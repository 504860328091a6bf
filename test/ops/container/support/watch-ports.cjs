'use strict';
// Polls the ports and prints each change: node watch-ports.cjs PORT...
const { connect } = require('node:net');

const EVERY_MS = 10;
const told = new Map();

const tell = (port, state) => {
  if (told.get(port) === state) return;
  told.set(port, state);
  console.log(JSON.stringify({ at: Date.now(), port, state }));
};

const look = (port) => {
  const socket = connect(port, '127.0.0.1');
  socket.once('connect', () => tell(port, 'open'));
  socket.once('connect', () => socket.destroy());
  socket.once('error', ({ code }) => tell(port, code === 'ECONNREFUSED' ? 'closed' : code));
  socket.once('close', () => setTimeout(look, EVERY_MS, port));
};

for (const port of process.argv.slice(2)) look(Number(port));
process.once('SIGTERM', () => process.exit());
