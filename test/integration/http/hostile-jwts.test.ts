import type { Agent } from 'node:http';
import { expect } from 'chai';
import request from 'supertest';
import { ask as askOver, keepAliveAgent, TICKET_PATH } from '../../support/ask.ts';
import { signedByHand } from '../../support/forged-jwt.ts';
import { claims } from '../../support/hostile-jwts/claims.ts';
import { forms } from '../../support/hostile-jwts/forms.ts';
import { headers } from '../../support/hostile-jwts/headers.ts';
import { AUDIENCE, ISSUER, published, underPublished } from '../../support/hostile-jwts/published.ts';
import { bearer, CLAIMS, type HostileJwt, MISSING } from '../../support/hostile-jwts/row.ts';
import {
  ec,
  ec384,
  ec521,
  ed,
  rsa,
  underEc,
  underEd,
  underLargeEc,
  underRsa,
  underSecret,
} from '../../support/hostile-jwts/signatures.ts';
import { closeProviders, startIdentityProvider } from '../../support/identity-provider.ts';
import { token } from '../../support/jwt.ts';
import { expectRefusal, INVALID_CHALLENGE, MISSING_CHALLENGE } from '../../support/refusal.ts';
import { type RunningService, startService } from '../../support/service.ts';
import { ecKey, edKey, rsaKey, type SigningKey } from '../../support/signing-key.ts';

/** A service under attack: its keys, a JWT that it takes, one that it refuses for its signature, and the hostile ones. */
interface Target {
  readonly env: (jwksUrl: string) => Record<string, string>;
  readonly good: string;
  readonly wrong: string;
  readonly rows: readonly HostileJwt[];
}

const pem = ({ publicKey }: SigningKey): string => publicKey.export({ type: 'spki', format: 'pem' }).toString();
const named = { iss: ISSUER, aud: AUDIENCE };

const targets: Readonly<Record<string, Target>> = {
  JWT_SECRET: {
    env: () => ({}),
    good: token(),
    wrong: signedByHand(CLAIMS, { secret: 'x'.repeat(32) }),
    rows: [...forms, ...headers, ...underSecret, ...claims],
  },
  'an RSA JWT_PUBLIC_KEY': {
    env: () => ({ JWT_SECRET: '', JWT_PUBLIC_KEY: pem(rsa) }),
    good: rsa.sign(),
    wrong: rsaKey('rsa-1').sign(),
    rows: underRsa,
  },
  'an EC JWT_PUBLIC_KEY': {
    env: () => ({ JWT_SECRET: '', JWT_PUBLIC_KEY: pem(ec) }),
    good: ec.sign(),
    wrong: ecKey('ec-1').sign(),
    rows: underEc,
  },
  'EC keys on P-384 and P-521 as JWT_PUBLIC_KEY': {
    env: () => ({ JWT_SECRET: '', JWT_PUBLIC_KEY: `${pem(ec384)}${pem(ec521)}` }),
    good: ec521.sign(),
    wrong: ecKey('ec-384', 'ES384').sign(),
    rows: underLargeEc,
  },
  'an Ed25519 JWT_PUBLIC_KEY': {
    env: () => ({ JWT_SECRET: '', JWT_PUBLIC_KEY: pem(ed) }),
    good: ed.sign(),
    wrong: edKey('ed-1').sign(),
    rows: underEd,
  },
  'JWKS keys': {
    env: (url) => ({ JWT_SECRET: '', JWT_JWKS_URL: url, JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE }),
    good: ec.sign(named),
    wrong: ecKey('ec-1').sign(named),
    rows: underPublished,
  },
};

const TRIES = 5;
// Only what costs far more is found: a request is most of it.
const TIMES_AS_MUCH = 10;

for (const [keys, { env, good, wrong, rows }] of Object.entries(targets))
  describe(`POST /ws-ticket with a hostile JWT, verified with ${keys}`, () => {
    let service: RunningService;
    before(async () => {
      const { url } = await startIdentityProvider(...published);
      service = await startService({ REDIS_URL: 'memory://', ...env(url) });
    });
    after(async () => {
      await service.stop();
      await closeProviders();
    });

    const ask = async (authorization: string) =>
      await request(service.url).post(TICKET_PATH).set('Authorization', authorization);

    const post = (Authorization: string, agent?: Agent) =>
      askOver(`${service.url}${TICKET_PATH}`, { method: 'POST', headers: { Authorization }, ...(agent && { agent }) });

    it('returns 200 for a valid JWT and 401 for a wrong signature', async () => {
      expect((await ask(bearer(good))).status).to.equal(200);
      expect((await ask(bearer(wrong))).status).to.equal(401);
    });

    for (const [what, why, authorization, expected] of rows)
      it(`returns 401 for ${what} (${why})`, async () => {
        const response = await ask(authorization);
        expectRefusal(response, 401, expected);
        const challenge = expected === MISSING ? MISSING_CHALLENGE : INVALID_CHALLENGE;
        expect(response.headers['www-authenticate']).to.equal(challenge);
        expect(response.headers['cache-control']).to.equal('no-store');
        expect(quoted(authorization, JSON.stringify([response.headers, response.text]))).to.deep.equal([]);
      });

    it('returns the same message for every invalid JWT', async () => {
      const invalid = rows.filter(([, , , expected]) => expected !== MISSING);
      const answers = await Promise.all(invalid.map(([, , authorization]) => ask(authorization)));
      expect(new Set(answers.map(({ body }) => body.message))).to.have.property('size', 1);
    });

    it('logs no part of any JWT, and no error event', async () => {
      await Promise.all(rows.map(([, , authorization]) => ask(authorization)));
      const log = JSON.stringify(service.events);
      for (const [what, , authorization] of rows) expect(quoted(authorization, log), what).to.deep.equal([]);
      for (const event of ['internal_error', 'ws_ticket_redis_not_ready', 'jwks_refresh_fail'] as const)
        expect(service.eventsOf(event)).to.deep.equal([]);
    });

    it('answers a JWT with a wrong signature no sooner than a hostile one sent before it', async () => {
      const connections = [keepAliveAgent(), keepAliveAgent()];
      const overtakes = async (authorization: string): Promise<boolean> => {
        const answered: number[] = [];
        const sent = [authorization, bearer(wrong)].map(async (one, n) => {
          await post(one, connections[n]);
          answered.push(n);
        });
        await Promise.all(sent);
        return answered[0] === 1;
      };
      const slow: string[] = [];
      for (const [what, , authorization] of rows) {
        let tries = 0;
        while (tries < TRIES && (await overtakes(authorization))) tries += 1;
        if (tries === TRIES) slow.push(what);
      }
      for (const agent of connections) agent.destroy();
      expect(slow).to.deep.equal([]);
    });

    it('spends no more CPU time on a hostile JWT than on a wrong signature', async () => {
      const agent = keepAliveAgent();
      const costOf = async (authorization: string): Promise<number> => {
        const before = process.cpuUsage();
        await post(authorization, agent);
        const { user, system } = process.cpuUsage(before);
        return user + system;
      };
      const costly: string[] = [];
      for (const [what, , authorization] of rows) {
        const hostile: number[] = [];
        const honest: number[] = [];
        for (let n = 0; n < TRIES; n += 1) {
          hostile.push(await costOf(authorization));
          honest.push(await costOf(bearer(wrong)));
        }
        if (Math.min(...hostile) > TIMES_AS_MUCH * Math.max(...honest)) costly.push(what);
      }
      agent.destroy();
      expect(costly).to.deep.equal([]);
    });
  });

/** The parts of a token that a text contains; short parts are not secret. */
const quoted = (authorization: string, text: string): readonly string[] =>
  authorization.split(/[\s.,"]+/).filter((part) => part.length >= 20 && text.includes(part));
