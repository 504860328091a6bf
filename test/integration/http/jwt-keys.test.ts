import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto';
import { expect } from 'chai';
import { signedByHand } from '../../support/forged-jwt.ts';
import { token } from '../../support/jwt.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { expectRefusal } from '../../support/refusal.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { withService } from '../../support/service.ts';

const inPem = ({ publicKey, privateKey }: KeyPairKeyObjectResult) => ({
  publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
});
const rsa = inPem(generateKeyPairSync('rsa', { modulusLength: 2048 }));
const ec = inPem(generateKeyPairSync('ec', { namedCurve: 'P-256' }));

const underRsa = { JWT_SECRET: undefined, JWT_PUBLIC_KEY: rsa.publicKey };
const underEc = { JWT_SECRET: undefined, JWT_PUBLIC_KEY: ec.publicKey };

const rs256 = () => token({}, { secret: rsa.privateKey, algorithm: 'RS256' });
const ps256 = () => token({}, { secret: rsa.privateKey, algorithm: 'PS256' });
const es256 = () => token({}, { secret: ec.privateKey, algorithm: 'ES256' });

const OLD = 'the-old-secret-which-is-rotated-out';
const NEW = 'the-new-secret-which-is-rotated-in';

describe('JWT_SECRET and JWT_PUBLIC_KEY', () => {
  let redis: TestRedis;

  before(async () => {
    redis = await startRedis();
  });

  const ask = (env: Record<string, string | undefined>, jwt: string) =>
    withService({ REDIS_URL: redis.url, ...env }, async (service) => await requestTicket(service, jwt));

  const accepted = async (env: Record<string, string | undefined>, jwt: string) => {
    const { status, text } = await ask(env, jwt);
    expect(status, text).to.equal(200);
  };

  const refused = async (env: Record<string, string | undefined>, jwt: string) =>
    expectRefusal(await ask(env, jwt), 401, 'AUTH_TOKEN_INVALID');

  it('accept either of two secrets during a rotation, and no third', async () => {
    const env = { JWT_SECRET: `${NEW}, ${OLD}` };
    await accepted(env, token({}, { secret: OLD }));
    await accepted(env, token({}, { secret: NEW }));
    await refused(env, token({}, { secret: 'a-third-secret-that-was-never-configured' }));
    await refused(env, token({}, { secret: `${NEW}, ${OLD}` }));
  });

  it('refuse a JWT of a secret that was rotated out', () => refused({ JWT_SECRET: NEW }, token({}, { secret: OLD })));

  it('verify RS256 with an RSA public key', () => accepted(underRsa, rs256()));
  it('verify PS256 with an RSA public key', () => accepted(underRsa, ps256()));
  it('verify ES256 with a P-256 public key', () => accepted(underEc, es256()));

  it('accept a PEM key in one line, with \\n as line ends', () =>
    accepted({ ...underEc, JWT_PUBLIC_KEY: ec.publicKey.replaceAll('\n', '\\n') }, es256()));

  it('accept a JWT of any key in a JWT_PUBLIC_KEY of several blocks, and no other', async () => {
    const next = inPem(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
    const rotating = { JWT_SECRET: undefined, JWT_PUBLIC_KEY: `${ec.publicKey}${next.publicKey}${rsa.publicKey}` };
    const nextEs256 = token({}, { secret: next.privateKey, algorithm: 'ES256' });
    for (const jwt of [es256(), nextEs256, rs256(), ps256()]) await accepted(rotating, jwt);
    await refused(underEc, nextEs256);
    await refused({ ...rotating, JWT_ALGORITHMS: 'ES256' }, rs256());
    await refused(rotating, signedByHand(JSON.stringify({ sub: 'mallory' }), { secret: rsa.publicKey }));
  });

  it('verify no algorithm of another family', async () => {
    await refused(underEc, rs256());
    await refused(underRsa, es256());
    await refused({}, rs256());
    await refused(underRsa, token());
  });

  it('never use a public key as an HS256 secret', async () => {
    const payload = JSON.stringify({ sub: 'mallory', exp: Math.floor(Date.now() / 1000) + 600 });
    await refused(underRsa, signedByHand(payload, { secret: rsa.publicKey }));
    await refused(underRsa, signedByHand(payload, { secret: rsa.publicKey.trimEnd() }));
    await refused(underEc, signedByHand(payload, { secret: ec.publicKey }));
  });

  it('verify only the algorithms in JWT_ALGORITHMS', async () => {
    await accepted({ ...underRsa, JWT_ALGORITHMS: 'PS256' }, ps256());
    await refused({ ...underRsa, JWT_ALGORITHMS: 'PS256' }, rs256());
    await accepted({ ...underRsa, JWT_ALGORITHMS: 'PS256,RS256' }, rs256());
  });
});
