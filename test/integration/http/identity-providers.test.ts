import { expect } from 'chai';
import request from 'supertest';
import { authenticateOffline } from '../../../src/auth/offline.ts';
import { readConfig } from '../../../src/config/read-config.ts';
import { ticketFor } from '../../support/accepted-jwt.ts';
import { TICKET_PATH } from '../../support/ask.ts';
import { problemsOf } from '../../support/config.ts';
import { closeProviders } from '../../support/identity-provider.ts';
import { guides } from '../../support/identity-providers/guides.ts';
import type { Mistake, Symptom } from '../../support/identity-providers/provider-guide.ts';
import { type StandIn, startStandIn } from '../../support/identity-providers/stand-in.ts';
import { SECRET } from '../../support/jwt.ts';
import { withService } from '../../support/service.ts';
import { until } from '../../support/until.ts';

/** What ticketd says about the request of the mistake, where the symptom is to be seen. */
const sayingOf = async ({ variables, sent }: StandIn, { sentIn, symptom }: Mistake): Promise<Symptom> => {
  if ('problem' in symptom) {
    const problems = await problemsOf(variables);
    return { problem: problems.map(({ name, problem }) => `${name}: ${problem}`).join('\n') };
  }
  if ('noKeys' in symptom) return { noKeys: await failureWith(variables) };
  return withService({ REDIS_URL: 'memory://', ...variables }, async (service) => {
    const header = sentIn === undefined ? { Authorization: `Bearer ${sent}` } : { [sentIn]: sent };
    const { status } = await request(service.url).post(TICKET_PATH).set(header);
    expect(status).to.be.oneOf([401, 503]);
    const [event] = service.eventsOf('auth_rejected');
    return { reason: event?.reason, detail: event?.detail } as Symptom;
  });
};

// With a secret beside the keys, so that the start does not wait for them.
const failureWith = (variables: Readonly<Record<string, string>>): Promise<string> =>
  withService({ REDIS_URL: 'memory://', ...variables, JWT_SECRET: SECRET }, async (service) => {
    const { error } = await until('the keys cannot be fetched', () => service.eventsOf('jwks_refresh_fail')[0]);
    return String(error);
  });

describe('ops/deploy/guides/identity-providers.md', () => {
  afterEach(closeProviders);

  for (const guide of guides) {
    const { name, variables, secret, ticket, mistakes } = guide;

    it(`has variables for ${name} with which a JWT of that shape gets a ticket`, async () => {
      const standIn = await startStandIn(guide);
      const { iss = null } = guide.claims(0);
      const issuer = typeof iss === 'string' ? standIn.local(iss) : iss;
      expect(await ticketFor(standIn.variables, standIn.sent)).to.include({ ...ticket, issuer });
      const { jwt: settings } = await readConfig(standIn.variables);
      const { result } = await authenticateOffline(standIn.sent, settings);
      expect(result, 'check-config --jwt-file').to.include({ subject: ticket.subject });
    });

    it(`has variables for ${name} that are valid in production`, async () => {
      const given = Object.entries(variables).map(([key, value]) => [key, value.replace('YOUR_SECRET', secret ?? '')]);
      await readConfig({ NODE_ENV: 'production', REDIS_URL: 'rediss://redis.example', ...Object.fromEntries(given) });
    });

    for (const mistake of mistakes)
      it(`says for ${name} what ticketd says if ${mistake.what}`, async () => {
        const standIn = await startStandIn(guide, mistake);
        const expected = JSON.parse(standIn.local(JSON.stringify(mistake.symptom)));
        expect(await sayingOf(standIn, mistake)).to.deep.equal(expected);
      });
  }

  it('has a placeholder for a secret that is refused until it is replaced', async () => {
    const withSecret = guides.filter(({ secret }) => secret !== undefined);
    expect(withSecret).to.have.lengthOf.above(1);
    for (const { name, variables } of withSecret)
      expect(
        (await problemsOf(variables)).map((problem) => problem.name),
        name,
      ).to.deep.equal(['JWT_SECRET']);
  });
});
