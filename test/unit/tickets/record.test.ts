import { expect } from 'chai';
import { decodePayload, encodePayload, type TicketRecord } from '../../../src/tickets/record.ts';

const FULL: TicketRecord = {
  issuer: 'https://idp.example/',
  subject: 'älice "quoted"',
  sessionId: 's',
  audience: 'chat',
  channel: 'room/1',
  origin: 'https://app.example',
  traceId: 'f'.repeat(32),
  issuedAt: 1,
  ticketExpiresAt: 2,
  expiresAt: 3,
  otherKeys: ['key of its sid'],
  revocationIds: ['id', null],
};

describe('stored record of a ticket', () => {
  it('is read back as it was written', () => {
    expect(decodePayload(encodePayload(FULL))).to.deep.equal(FULL);
    const bound = { sessionId: undefined, audience: undefined, channel: undefined, origin: undefined };
    const bare = { ...FULL, ...bound, issuer: undefined, otherKeys: undefined, revocationIds: undefined };
    expect(decodePayload(encodePayload(bare))).to.deep.equal(bare);
  });

  it('is rejected when it is malformed', () => {
    const strange = ['', 'null', '{}', '[]', 'payload', '{"s":1,"t":1,"e":2,"x":3}'];
    const lacking = ['{"s":"a","t":"1","e":2,"x":3}', '{"s":"a","t":1,"x":3}', '{"s":"a","t":1,"e":2,"x":null}'];
    for (const payload of [...strange, ...lacking]) expect(() => decodePayload(payload), payload).to.throw();
  });
});
