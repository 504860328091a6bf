import PartyWebSocket from 'partysocket/ws';
import { connectAndReport } from './reconnecting.mjs';

connectAndReport(PartyWebSocket);
