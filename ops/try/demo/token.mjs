import { createHmac, randomBytes, randomUUID } from 'node:crypto';

const LIFETIME_SECONDS = 3600;

/** A secret for this run of the demo; it is not stored. */
export function createSecret() {
  return randomBytes(48).toString('base64url');
}

/** An HS256 JWT (RFC 7519) as a login service would issue it, valid for an hour, and its claims. */
export function createJwt(secret) {
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: 'demo-user', sessionId: randomUUID(), iat: now, exp: now + LIFETIME_SECONDS };
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  const signature = createHmac('sha256', secret).update(signed).digest('base64url');
  return { token: `${signed}.${signature}`, claims };
}

function encode(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
