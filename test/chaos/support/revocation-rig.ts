import type { RedisOptions } from '../../../src/gateway/options.ts';
import { type GatewayRig, startGateway } from '../../support/gateway-rig.ts';
import { SECRET } from '../../support/jwt.ts';
import { GATEWAY_KEY } from '../../support/redeem.ts';
import { serve, type Ticketd } from '../../support/ticketd.ts';
import { until } from '../../support/until.ts';
import { type Balancer, startBalancer } from './balancer.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import type { Instance } from './revocation-rounds.ts';

export interface RunningInstance extends Instance {
  readonly ticketd: Ticketd;
}

/** Two processes of ticketd on one Redis, and two gateways in this process. */
export interface RevocationRig {
  readonly instances: readonly [RunningInstance, RunningInstance];
  /** The first gets the feed of the first instance that is up, the second reads the stream in Redis. */
  readonly gateways: readonly [overHttp: GatewayRig, direct: GatewayRig];
  /** Between the first gateway and the instances. */
  readonly network: FaultProxy;
  stop(): Promise<void>;
}

export interface RevocationRigOptions {
  /** The variables of ticketd that say how to reach Redis. */
  readonly env: Readonly<Record<string, string>>;
  /** The same for the second gateway. */
  readonly redis: RedisOptions;
}

const startInstance = async (env: RevocationRigOptions['env']): Promise<RunningInstance> => {
  const ticketd = serve({ ...env, JWT_SECRET: SECRET, GATEWAY_KEYS: GATEWAY_KEY, DRAIN_DELAY_MS: '0' });
  return { ticketd, url: await ticketd.url(), internalUrl: await ticketd.url('internal') };
};

const balancerFor = (instances: readonly Instance[]): Promise<Balancer> =>
  startBalancer(instances.map(({ internalUrl }) => Number(new URL(internalUrl).port)));

export const startRevocationRig = async ({ env, redis }: RevocationRigOptions): Promise<RevocationRig> => {
  const instances = await Promise.all([startInstance(env), startInstance(env)]);
  const balancer = await balancerFor(instances);
  const network = await startFaultProxy({ port: balancer.port });
  const url = `http://127.0.0.1:${network.port}`;
  const gateways = await Promise.all([
    startGateway({ redeem: { url, key: GATEWAY_KEY } }),
    startGateway({ redeem: { redis } }),
  ]);
  await until('the feed is open', () => feedsOf(instances) === 1);
  return {
    instances,
    gateways,
    network,
    stop: async () => {
      await Promise.all(gateways.map((gateway) => gateway.stop()));
      await network.close();
      balancer.close();
    },
  };
};

/** How many feeds the instances have opened so far. */
export const feedsOf = (instances: readonly RunningInstance[]): number =>
  instances.reduce((sum, { ticketd }) => sum + ticketd.linesOf('revocation_feed_opened').length, 0);
