import type { RedisNode, RedisNodeOptions } from '../redis-node.ts';
import { startNode } from '../redis-node.ts';

export type Env = Readonly<Record<string, string>>;

/** A Redis as ticketd may meet it, with what both `serve` and `check-redis` are to find out. */
export interface Setup {
  readonly name: string;
  /** The code of the cause; none where Redis is usable. */
  readonly errorCode?: string;
  /** The remedy is not in the hands of a test. */
  readonly cannotFollow?: boolean;
  /** Starts it; `remove` gets what ends with the set-up. */
  begin(remove: (one: Removable) => void): Promise<Begun>;
}

export interface Begun {
  readonly env: Env;
  /** Does what the remedy says; resolves with the environment then. */
  readonly follow?: () => Promise<Env>;
}

export interface Removable {
  remove(): Promise<unknown>;
}

export const isFollowed = ({ errorCode, cannotFollow = false }: Setup): boolean =>
  errorCode !== undefined && !cannotFollow;

export const PASSWORD = 'right-horse-7';
export const TICKETS = ['~ticketd:*', '+set', '+getdel', '+mget'];

export const urlOf = ({ port }: { readonly port: number }, credentials = ''): string =>
  `redis://${credentials}127.0.0.1:${port}`;

/** A set-up of one server that a test prepares by commands and whose remedy is followed. */
export const server = (
  name: string,
  errorCode: string | undefined,
  prepare: (node: RedisNode, remove: (one: Removable) => void) => Promise<Begun> | Begun,
  options: RedisNodeOptions = {},
): Setup => ({
  name,
  ...(errorCode !== undefined && { errorCode }),
  begin: async (remove) => {
    const node = await startNode(options);
    remove(node);
    return prepare(node, remove);
  },
});
