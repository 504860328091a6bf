import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';

const MAX_LOOKS = 10_000;

/**
 * Waits until bytes that this IPv4 client has written wait unread in the kernel for the server in this process, without
 * giving the server a turn to read them.
 */
export const untilUnread = (client: Socket): void => {
  for (let look = 0; unreadFrom(client) === 0; look += 1)
    if (look === MAX_LOOKS) throw new Error('the bytes did not arrive');
};

// https://docs.kernel.org/networking/proc_net_tcp.html: addresses, state, and the queues to send and to read, in hex.
const unreadFrom = ({ localPort, remotePort }: Socket): number => {
  const row = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find(([, local = '', remote = '']) => portOf(local) === remotePort && portOf(remote) === localPort);
  return Number.parseInt(row?.[4]?.split(':')[1] ?? '0', 16);
};

const portOf = (address: string): number => Number.parseInt(address.split(':')[1] ?? '', 16);
