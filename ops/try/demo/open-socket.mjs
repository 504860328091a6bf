// Opens a WebSocket and prints its messages: node ops/try/demo/open-socket.mjs URL
import WebSocket from 'ws';

const socket = new WebSocket(process.argv[2]);
socket.on('open', () => {
  console.log('open');
  socket.send('Hello');
});
socket.on('message', (data) => console.log(String(data)));
socket.on('error', ({ message }) => console.log(message));
socket.on('close', (code, reason) => console.log(`closed ${code} ${reason}`));
