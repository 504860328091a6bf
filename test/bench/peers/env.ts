import type { Algorithm } from 'jsonwebtoken';

/** What every peer is started with. */
export const readPeerEnv = () => {
  const { PORT, REDIS_URL = '', JWT_KEY = '', JWT_ALGORITHM, JWT_CACHE, GATEWAY_KEY = '' } = process.env;
  return {
    port: Number(PORT),
    redisUrl: REDIS_URL,
    /** A secret, or a public key in PEM. */
    key: JWT_KEY,
    gatewayKey: GATEWAY_KEY,
    /** Whether verified JWTs are remembered, up to 10,000 of them. */
    isCached: JWT_CACHE === 'true',
    algorithms: [(JWT_ALGORITHM ?? 'HS256') as Algorithm] as const,
  };
};
