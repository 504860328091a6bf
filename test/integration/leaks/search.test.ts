import { expect } from 'chai';
import { TICKET_PATH } from '../../support/ask.ts';
import { seeded } from '../../support/faults/faults.ts';
import { createCanaries } from '../../support/leaks/canaries.ts';
import { post } from '../../support/leaks/rows.ts';
import { forms, leaksIn, type Secret } from '../../support/leaks/secret.ts';
import { watchForLeaks } from '../../support/leaks/watch.ts';
import { endAll, serve } from '../../support/ticketd.ts';

const SECRET: Secret = { name: 'the password', text: 'hunter2/"\\+%=&<é>-0123456789-abcdefghij' };

const found = (text: string): readonly string[] => leaksIn([SECRET], [{ where: 'the log', text }]);

describe('search for secrets in output', () => {
  afterEach(endAll);

  for (const [form, encode] of Object.entries(forms)) {
    it(`finds a secret in the form ${form}`, () => {
      expect(found(`before ${encode(SECRET.text)} behind`)).to.include(`the password (${form}) in the log`);
    });

    it(`finds the greater part of a secret in the form ${form}`, () => {
      const text = encode(SECRET.text);
      const part = text.slice(text.length / 4, text.length - 3);
      expect(found(`before ${part}`)).to.include(`the password (${form}) in the log`);
    });
  }

  it('finds a secret in base64 after other text', () => {
    for (const before of ['', 'u', 'us', 'user:'])
      expect(found(Buffer.from(`${before}${SECRET.text}`).toString('base64')), before).not.to.deep.equal([]);
  });

  it('finds nothing in text without the secret', () => {
    expect(found('')).to.deep.equal([]);
    expect(found(`${SECRET.text.slice(0, 12)} hunter2 0123456789`)).to.deep.equal([]);
  });

  it('finds what the command line is made to print, at each place', async () => {
    const canaries = createCanaries();
    const watch = watchForLeaks(canaries);
    const env = { ...canaries.env, REDIS_URL: 'memory://', ...seeded('tell-secrets') };
    const service = serve(env, { writesMore: 'secrets, for the search to find' });
    const row = { listener: 'public', status: 200 } as const;
    await watch.sendAll(service, { 'a ticket': { ...row, bytes: ({ jwt }) => post(TICKET_PATH, `Bearer ${jwt}`) } });
    watch.hearProcess('the service', service);
    const leaks = watch.leaks();
    expect(leaks).to.include("a JWT secret (JSON-escaped) in the service's standard output");
    expect(leaks).to.include("a JWT secret (plain) in the service's cmdline");
    expect(
      leaks.filter((leak) => /^the signature of a JWT \(base64.*\) in the answer to a ticket$/.test(leak)),
    ).to.have.lengthOf.above(0);
    expect(leaks).to.include("a gateway key (plain) in the service's standard error");
  });
});
