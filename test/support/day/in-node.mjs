import { createInterface } from 'node:readline';
import { connectWithTicket } from 'ticketd/client';
import { WebSocket } from 'ws';
import { liveTheDay } from './program.mjs';

const [origin, socketUrl] = process.argv.slice(2);
const report = (happened) => console.log(JSON.stringify(happened));
const client = liveTheDay({ connectWithTicket, WebSocket, origin, socketUrl, report });
createInterface({ input: process.stdin }).on('line', (command) => client[command]());
