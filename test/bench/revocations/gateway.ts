// A gateway process of the benchmark: prints the port that it listens on.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

// As the package has it.
const LIBRARY = new URL('../../../dist/gateway/gateway.js', import.meta.url).href;
const { createGateway }: typeof import('../../../src/gateway/gateway.ts') = await import(LIBRARY);

const gateway = createGateway({ redeem: JSON.parse(process.env.REDEEM ?? ''), onEvent: () => {} });
await gateway.start();
const server = createServer();
gateway.protect(server, new WebSocketServer({ noServer: true }));
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
