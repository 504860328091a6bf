import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { isOpen } from './tcp-server.ts';
import { serve, type Ticketd } from './ticketd.ts';

export interface FailedStart {
  readonly service: Ticketd;
  readonly code: number | null;
  /** Whether the public port took a connection at any time. */
  readonly everOpen: boolean;
}

/** Runs `ticketd serve` where that must fail, and looks at the public port all the while. */
export const failToStart = async (env: Record<string, string>): Promise<FailedStart> => {
  const port = await freePort();
  const service = serve({ ...env, PORT: String(port) });
  let over = false;
  const exit = service.exit.finally(() => {
    over = true;
  });
  let everOpen = false;
  while (!over && !everOpen) {
    everOpen = await isOpen(port);
    await delay(5);
  }
  const { code } = await exit;
  return { service, code, everOpen };
};
