import { expect } from 'chai';
import { decodePayload, encodePayload, type TicketRecord } from '../../../src/tickets/payload.ts';

const FULL: TicketRecord = {
  subject: 'älice "quoted"',
  sessionId: 's',
  audience: 'chat',
  channel: 'room/1',
  origin: 'https://app.example',
  traceId: 'f'.repeat(32),
  issuedAt: 1,
  ticketExpiresAt: 2,
  expiresAt: 3,
};

describe('what the store keeps of a ticket', () => {
  it('reads back as it was written', () => {
    expect(decodePayload(encodePayload(FULL))).to.deep.equal(FULL);
    const bare = { ...FULL, sessionId: undefined, audience: undefined, channel: undefined, origin: undefined };
    expect(decodePayload(encodePayload(bare))).to.deep.equal(bare);
  });

  it('is refused where it is anything else', () => {
    for (const payload of ['', 'null', '{}', '[]', '{"s":1}', '{"s":"a","t":"1","e":2,"x":3}', 'payload'])
      expect(() => decodePayload(payload), payload).to.throw();
  });
});
