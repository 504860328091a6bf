import type { StreamBlock } from './event-stream.ts';
import { isPosition, type RevocationReceiver } from './revocation-source.ts';

/**
 * Makes a function that passes the blocks of one feed on to a receiver. `from` is the position after which the feed was
 * asked to begin. Throws where the first block has no position: then this is not a feed of ticketd.
 */
export const createBlockHandler = (
  receiver: RevocationReceiver,
  from: string | undefined,
): ((block: StreamBlock) => void) => {
  let isConnected = false;

  const begin = (position: string, event: string): void => {
    isConnected = true;
    if (event !== 'reset') receiver.onConnected(from ?? position);
  };

  return ({ id, event, data }) => {
    if (!(isConnected || isPosition(id))) throw new Error('the feed does not begin with a position');
    if (!isPosition(id)) return receiver.onMalformed('an entry of the feed has no position');
    if (!isConnected) begin(id, event);
    if (event === 'reset') receiver.onReset(id);
    if (event !== 'revoked') return;
    const key = keyOf(data);
    if (key === undefined) receiver.onMalformed(`the entry ${id} of the feed has no key`);
    else receiver.onRevoked({ key, position: id });
  };
};

const keyOf = (data: string): string | undefined => {
  try {
    const entry: unknown = JSON.parse(data);
    const key: unknown = Reflect.get(Object(entry), 'key');
    return typeof key === 'string' && key !== '' ? key : undefined;
  } catch {
    return undefined;
  }
};
