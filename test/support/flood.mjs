// Floods a service from a thread of its own, so that the tests beside it are not kept busy: plain JavaScript, since tsx
// does not reach into threads on every Node.js. `counts` is shared: how many floods were answered and broken ones sent.
import { connect } from 'node:net';
import { workerData } from 'node:worker_threads';

const { port, counts, floods, request, slow, slowBytes, broken, brokenEveryMs } = workerData;
const [ANSWERED, SENT] = [0, 1];

const open = () => {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  return socket;
};

// Each sends the next request as soon as it has its answer.
for (let n = 0; n < floods; n += 1) {
  const socket = open();
  socket.on('data', () => {
    Atomics.add(counts, ANSWERED, 1);
    socket.write(request);
  });
  socket.write(request);
}

// Each opens a request and sends a byte of it now and then; when its connection is closed, it begins again.
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
  socket.write(broken[Atomics.add(counts, SENT, 1) % broken.length]);
  socket.resume();
  setTimeout(() => socket.destroy(), 1000);
}, brokenEveryMs);
