import { TICKET_PATH } from '../ask.ts';
import { freePort } from '../free-port.ts';
import { type IdentityProvider, startIdentityProvider } from '../identity-provider.ts';
import type { InstalledPackage } from '../installed-package.ts';
import { bearer } from '../jwt.ts';
import { GATEWAY_KEY } from '../redeem.ts';
import { startRedis, type TestRedis } from '../redis.ts';
import { startService } from '../service.ts';
import { ecKey, type SigningKey } from '../signing-key.ts';
import { type ApplicationServer, startApplicationServer } from './application-server.ts';
import type { DayAddresses } from './day-client.ts';
import { createDayGateway, type DayGateway } from './day-gateway.ts';

/** All that the client of the day deals with, and how it is disturbed. */
export interface Stage extends DayAddresses {
  readonly redis: TestRedis;
  readonly gateway: DayGateway;
  readonly application: ApplicationServer;
  /** The JWTs issued from now on. */
  readonly user: User;
  /** Replaces the signing key, just after somebody has asked ticketd for a key that does not exist. */
  rotateKeys(): Promise<void>;
  /** Revokes the tickets of the session, signs the user out and closes the sockets. */
  signOut(): Promise<void>;
  stop(): Promise<void>;
}

interface User {
  signedIn: boolean;
  jwtSeconds: number;
  /** Whether the application still has the JWT of before, which expired, and gives it until it was rejected. */
  forgetful: boolean;
}

export const setStage = async (installed: InstalledPackage): Promise<Stage> => {
  let key = ecKey('key-1');
  const user: User = { signedIn: true, jwtSeconds: 3600, forgetful: false };
  const provider = await startIdentityProvider(key);
  const redis = await startRedis();
  const service = await startService({
    REDIS_URL: redis.url,
    GATEWAY_KEYS: GATEWAY_KEY,
    JWT_SECRET: undefined,
    JWT_JWKS_URL: provider.url,
    JWT_CLOCK_TOLERANCE_SECONDS: '0',
  });
  const ticketUrl = service.url + TICKET_PATH;
  const port = await freePort();
  const socketUrl = `ws://127.0.0.1:${port}`;
  const gateway = createDayGateway(port, service.internalUrl);
  await gateway.start();
  const application = await startApplicationServer({
    packagePath: installed.path,
    ticketUrl,
    socketUrl,
    jwt: (rejected) => {
      if (rejected) user.forgetful = false;
      return user.signedIn ? signFor(user, key) : '';
    },
  });
  return {
    redis,
    gateway,
    application,
    user,
    origin: application.origin,
    socketUrl,
    rotateKeys: async () => {
      await postTo(ticketUrl, ecKey('made-up').sign());
      key = rotate(provider);
    },
    signOut: async () => {
      await postTo(`${ticketUrl}/revoke`, signFor(user, key));
      user.signedIn = false;
      gateway.closeAll(4001);
    },
    stop: async () => {
      await application.stop();
      await gateway.stop();
      await service.stop();
      await provider.stop();
      await redis.stop();
    },
  };
};

const signFor = ({ jwtSeconds, forgetful }: User, key: SigningKey): string =>
  key.sign({ exp: Date.now() / 1000 + (forgetful ? -60 : jwtSeconds) });

const rotate = (provider: IdentityProvider): SigningKey => {
  const next = ecKey('key-2');
  provider.publish(next);
  return next;
};

const postTo = async (url: string, jwt: string): Promise<void> => {
  const answer = await fetch(url, { method: 'POST', headers: bearer(jwt) });
  await answer.arrayBuffer();
};
