import { expect } from 'chai';
import request from 'supertest';
import { TICKET_PATH } from '../../support/ask.ts';
import { signedByHand } from '../../support/forged-jwt.ts';
import { claims } from '../../support/hostile-jwts/claims.ts';
import { forms } from '../../support/hostile-jwts/forms.ts';
import { headers } from '../../support/hostile-jwts/headers.ts';
import { AUDIENCE, ISSUER, published, underPublished } from '../../support/hostile-jwts/published.ts';
import { bearer, CLAIMS, type HostileJwt, MISSING } from '../../support/hostile-jwts/row.ts';
import { ec, rsa, underEc, underRsa, underSecret } from '../../support/hostile-jwts/signatures.ts';
import { closeProviders, startIdentityProvider } from '../../support/identity-provider.ts';
import { token } from '../../support/jwt.ts';
import { expectRefusal, INVALID_CHALLENGE, MISSING_CHALLENGE } from '../../support/refusal.ts';
import { type RunningService, startService } from '../../support/service.ts';
import { ecKey, rsaKey, type SigningKey } from '../../support/signing-key.ts';

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
  'a secret': {
    env: () => ({}),
    good: token(),
    wrong: signedByHand(CLAIMS, { secret: 'x'.repeat(32) }),
    rows: [...forms, ...headers, ...underSecret, ...claims],
  },
  'an RSA key': {
    env: () => ({ JWT_SECRET: '', JWT_PUBLIC_KEY: pem(rsa) }),
    good: rsa.sign(),
    wrong: rsaKey('rsa-1').sign(),
    rows: underRsa,
  },
  'an EC key': {
    env: () => ({ JWT_SECRET: '', JWT_PUBLIC_KEY: pem(ec) }),
    good: ec.sign(),
    wrong: ecKey('ec-1').sign(),
    rows: underEc,
  },
  'published keys': {
    env: (url) => ({ JWT_SECRET: '', JWT_JWKS_URL: url, JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE }),
    good: ec.sign(named),
    wrong: ecKey('ec-1').sign(named),
    rows: underPublished,
  },
};

const TRIES = 5;
// So that only what takes far longer is found, however busy the machine.
const TIMES_AS_LONG = 10;

for (const [keys, { env, good, wrong, rows }] of Object.entries(targets))
  describe(`a hostile JWT, against ${keys}`, () => {
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

    it('is told from an honest one', async () => {
      expect((await ask(bearer(good))).status).to.equal(200);
      expect((await ask(bearer(wrong))).status).to.equal(401);
    });

    for (const [what, why, authorization, expected] of rows)
      it(`is refused: ${what} (${why})`, async () => {
        const response = await ask(authorization);
        expectRefusal(response, 401, expected);
        const challenge = expected === MISSING ? MISSING_CHALLENGE : INVALID_CHALLENGE;
        expect(response.headers['www-authenticate']).to.equal(challenge);
        expect(response.headers['cache-control']).to.equal('no-store');
        expect(quoted(authorization, JSON.stringify([response.headers, response.text]))).to.deep.equal([]);
      });

    it('is refused like any other, in the same words', async () => {
      const invalid = rows.filter(([, , , expected]) => expected !== MISSING);
      const answers = await Promise.all(invalid.map(([, , authorization]) => ask(authorization)));
      expect(new Set(answers.map(({ body }) => body.message))).to.have.property('size', 1);
    });

    it('leaves nothing of itself in the log, and raises no alarm', async () => {
      await Promise.all(rows.map(([, , authorization]) => ask(authorization)));
      const told = JSON.stringify(service.events);
      for (const [what, , authorization] of rows) expect(quoted(authorization, told), what).to.deep.equal([]);
      for (const event of ['internal_error', 'ws_ticket_redis_not_ready', 'jwks_refresh_fail'] as const)
        expect(service.eventsOf(event)).to.deep.equal([]);
    });

    it('takes no longer to refuse than an honest mistake', async () => {
      const timed = async (authorization: string) => {
        const startedAt = performance.now();
        await ask(authorization);
        return performance.now() - startedAt;
      };
      const slow: string[] = [];
      for (const [what, , authorization] of rows) {
        const hostile: number[] = [];
        const honest: number[] = [];
        for (let n = 0; n < TRIES; n += 1) {
          hostile.push(await timed(authorization));
          honest.push(await timed(bearer(wrong)));
        }
        if (Math.min(...hostile) > TIMES_AS_LONG * Math.max(...honest)) slow.push(what);
      }
      expect(slow).to.deep.equal([]);
    });
  });

/** What stands in a text of that which a token consists of; short parts are no secret. */
const quoted = (authorization: string, text: string): readonly string[] =>
  authorization.split(/[\s.,"]+/).filter((part) => part.length >= 20 && text.includes(part));
