// Floods a service from a thread of its own, so that whoever measures beside it is not kept busy: plain JavaScript, since
// tsx does not reach into threads on every Node.js.
import { connect } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

const { port, floods, request, slow, slowBytes, broken, brokenEveryMs } = workerData;
let answers = 0;
let sent = 0;

const open = () => {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  return socket;
};

// Each sends the next request as soon as it has its answer.
for (let n = 0; n < floods; n += 1) {
  const socket = open();
  socket.on('data', () => {
    answers += 1;
    socket.write(request);
  });
  socket.write(request);
}

// Each opens a request and sends a byte of it now and then; cut off, it begins anew.
const dribble = (bytes) => {
  const socket = open();
  socket.write(bytes);
  const timer = setInterval(() => socket.write('a'), 500);
  socket.once('close', () => {
    clearInterval(timer);
    dribble(bytes);
  });
};
for (let n = 0; n < slow; n += 1) dribble(slowBytes[n % slowBytes.length]);

// One broken request after the other, each on a connection of its own, which it leaves a moment later.
setInterval(() => {
  const socket = open();
  socket.write(broken[sent % broken.length]);
  socket.resume();
  setTimeout(() => socket.destroy(), 1000);
  sent += 1;
}, brokenEveryMs);

parentPort.on('message', () => parentPort.postMessage({ answers, sent }));
