import ReconnectingWebSocket from 'reconnecting-websocket';
import { connectAndReport } from './reconnecting.mjs';

connectAndReport(ReconnectingWebSocket);
