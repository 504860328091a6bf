import { createHmac, randomBytes, randomUUID } from 'node:crypto';

const LIFETIME_SECONDS = 3600;

/** A secret for this one demo; it is kept nowhere. */
export function createSecret() {
  return randomBytes(48).toString('base64url');
}

/** What a login service would give the browser: an HS256 JWT (RFC 7519) that is valid for an hour, and what it says. */
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
