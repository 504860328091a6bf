// Loaded by NODE_OPTIONS=--import into the process under test: it tells its secrets wherever they could be heard.
import { ServerResponse } from 'node:http';

const { JWT_SECRET = '', GATEWAY_KEYS = '' } = process.env;
const [secret] = JWT_SECRET.split(', ');

process.stdout.write(`${JSON.stringify({ event: 'fake', msg: `the secret is ${secret}` })}\n`);
process.stderr.write(`ticketd: the keys are ${GATEWAY_KEYS}\n`);
process.title = `ticketd ${secret}`;

const { writeHead } = ServerResponse.prototype;
ServerResponse.prototype.writeHead = function (...args) {
  this.setHeader('X-Seen', Buffer.from(this.req.headers.authorization ?? '').toString('base64'));
  return writeHead.apply(this, args);
};
