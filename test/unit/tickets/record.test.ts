import { expect } from 'chai';
import { decodePayload, encodePayload, type TicketRecord } from '../../../src/tickets/record.ts';

const FULL: TicketRecord = {
  issuer: 'https://idp.example/',
  subject: 'älice "quoted"',
  sessionId: 's',
  audience: 'chat',
  channel: 'room/1',
  claims: { tenant: 'acmé', roles: ['admin', null], '': 0 },
  origin: 'https://app.example',
  path: '/files/1',
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
    const bound = {
      sessionId: undefined,
      audience: undefined,
      channel: undefined,
      claims: undefined,
      origin: undefined,
      path: undefined,
    };
    const bare = { ...FULL, ...bound, issuer: undefined, otherKeys: undefined, revocationIds: undefined };
    expect(decodePayload(encodePayload(bare))).to.deep.equal(bare);
  });

  it('has no subject where a version that ignores the path reads it', () => {
    const keys = (record: TicketRecord) => Object.keys(JSON.parse(encodePayload(record)));
    expect(keys({ ...FULL, path: undefined }))
      .to.include('s')
      .and.not.include('p');
    expect(keys(FULL)).to.include('p').and.not.include('s');
  });

  it('is rejected when it is malformed', () => {
    const strange = ['', 'null', '{}', '[]', 'payload', '{"s":1,"t":1,"e":2,"x":3}'];
    const lacking = [
      '{"p":["/a"],"t":1,"e":2,"x":3}',
      '{"s":"a","t":"1","e":2,"x":3}',
      '{"s":"a","t":1,"x":3}',
      '{"s":"a","t":1,"e":2,"x":null}',
    ];
    for (const payload of [...strange, ...lacking]) expect(() => decodePayload(payload), payload).to.throw();
  });
});
