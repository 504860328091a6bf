import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { bearerToken } from '../../src/http/exchange/bearer.ts';
import { handshakeOf } from '../../src/http/forward-auth/handshake.ts';
import { headerText } from '../../src/http/forward-auth/identity.ts';
import { joseHeaderReader } from '../../src/jwt/jose-header.ts';
import { scrub } from '../../src/log/scrub.ts';
import { traceIdOf } from '../../src/log/trace-id.ts';
import { Ambiguity } from '../../src/tickets/presented-ticket.ts';
import { newTicket } from '../../src/tickets/ticket.ts';
import { token } from '../support/jwt.ts';
import { fc, textOf, thrownBy, wellFormed } from '../support/property.ts';

const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
const notZero = (text: string): boolean => !/^0+$/.test(text);

const TRACE_ID = /^[A-Za-z0-9._-]{1,128}$/;

describe('the trace id', () => {
  it('is well-formed, whatever the headers say, and is neither a JWT nor a ticket', () => {
    const words = [
      '00-',
      '-01',
      'Root=',
      '1-',
      'Self=',
      ';',
      'ff',
      'a'.repeat(32),
      '0'.repeat(32),
      'b'.repeat(16),
      '-',
    ];
    const header = fc.option(textOf(...words, token(), newTicket(), '\n', ','), { nil: undefined });
    fc.assert(
      fc.property(header, header, header, (traceparent, amazon, requestId) => {
        const headers = { traceparent, 'x-amzn-trace-id': amazon, 'x-request-id': requestId };
        const id = traceIdOf(headers as Parameters<typeof traceIdOf>[0]);
        expect(id).to.match(TRACE_ID);
        expect(scrub(id)).to.equal(id);
      }),
    );
  });

  it('is that of traceparent before any other, where it is well-formed', () => {
    fc.assert(
      fc.property(hex(32).filter(notZero), hex(16).filter(notZero), hex(2), fc.string(), (trace, span, flags, id) => {
        expect(traceIdOf({ traceparent: `00-${trace}-${span}-${flags}`, 'x-request-id': id })).to.equal(trace);
      }),
    );
  });

  it("is that of Amazon's header, wherever in it, before X-Request-Id", () => {
    fc.assert(
      fc.property(
        hex(8),
        hex(24),
        fc.constantFrom('', 'Self=1-x;', 'Parent=y; '),
        hex(5),
        (time, unique, before, id) => {
          const amazon = `${before}Root=1-${time}-${unique};Sampled=1`;
          expect(traceIdOf({ 'x-amzn-trace-id': amazon, 'x-request-id': id })).to.equal(time + unique);
        },
      ),
    );
  });
});

describe('the Authorization header', () => {
  const header = fc.oneof(
    fc.constant(undefined),
    textOf('Bearer', 'bearer', 'Basic', ' ', '  ', '\t', token(), 'a.b.c', ',', '"', '='),
  );

  it('bears a token that begins and ends with a character that can be seen, or none', () => {
    fc.assert(
      fc.property(header, (authorization) => {
        const found = bearerToken({ ...(authorization !== undefined && { authorization }) });
        if (found === null) return;
        expect(found).to.equal(found.trim()).and.not.equal('');
        expect(authorization)
          .to.match(/^\s*bearer +/i)
          .and.include(found);
      }),
    );
  });

  it('bears the token that was put there', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\x21-\x7e]{1,40}$/), fc.nat(3), (text, spaces) => {
        expect(bearerToken({ authorization: `BEARER${' '.repeat(spaces + 1)}${text}` })).to.equal(text);
      }),
    );
  });

  it('bears a JWT whose header names an algorithm that is allowed, or is refused without a word of it', () => {
    const part = fc.oneof(
      fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
      fc
        .record(
          { alg: fc.constantFrom('HS256', 'none', 'RS256', 'hs256', 1), typ: fc.jsonValue(), kid: fc.jsonValue() },
          { requiredKeys: [] },
        )
        .map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
      fc.base64String(),
      textOf('eyJhbGciOiJIUzI1NiJ9', '=', '-', '_', '+', '/', 'hunter2'),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
        const jwt = parts.join('.');
        const refusal = thrownBy(() => expect(joseHeaderReader(['HS256'])(jwt).alg).to.equal('HS256'), Error);
        expect(refusal?.name ?? 'Error').to.equal('Error');
        expect(refusal?.message ?? '').not.to.include('hunter2');
      }),
    );
  });
});

describe('what a proxy says of a handshake', () => {
  const names = [
    'X-Original-URI',
    'X-Forwarded-Uri',
    'Origin',
    'origin',
    'x_original_uri',
    'X-Ticketd-Subject',
    'Host',
  ];
  const lines = fc.array(
    fc.tuple(fc.constantFrom(...names, 'Sec-WebSocket-Protocol'), textOf('/ws', '?', 'ticket=', ',', 'ticketd.')),
    {
      maxLength: 6,
    },
  );

  /** As Node has it: the first of each name, and all of them as they came. */
  const requestOf = (given: readonly (readonly [string, string])[], url: string): IncomingMessage => {
    const headers = Object.fromEntries(given.toReversed().map(([name, value]) => [name.toLowerCase(), value]));
    return { headers, rawHeaders: given.flat(), url } as unknown as IncomingMessage;
  };

  it('is read, or refused as ambiguous, whatever it says', () => {
    const originalUri = fc.constantFrom('target' as const, { header: 'x-original-uri' }, { header: 'x-forwarded-uri' });
    fc.assert(
      fc.property(lines, originalUri, textOf('/forward-auth/envoy', '/', '?', '@chat', '%'), (given, where, url) => {
        thrownBy(() => handshakeOf(requestOf(given, url), { name: 'any', originalUri: where }), Ambiguity);
      }),
    );
  });

  it('is refused where a header that matters is there twice, in whatever spelling', () => {
    const name = fc.constantFrom('Origin', 'X-Original-URI', 'X-Forwarded-Uri', 'X-Ticketd-Subject');
    const spelt = fc.constantFrom(
      (text: string) => text,
      (text: string) => text.toLowerCase(),
      (text: string) => text.toUpperCase(),
    );
    fc.assert(
      fc.property(name, spelt, lines, fc.string(), (twice, spell, others, value) => {
        const given: (readonly [string, string])[] = [[twice, value], ...others, [spell(twice), value]];
        const read = () =>
          handshakeOf(requestOf(given, '/'), { name: 'any', originalUri: { header: 'x-original-uri' } });
        expect(thrownBy(read, Ambiguity)).to.be.instanceOf(Ambiguity);
      }),
    );
  });

  it('is answered with headers that hold any text, and decode to it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          wellFormed(),
          textOf('%', '\r\n', '\0', 'é', ' ', 'X: y').filter((text) => Buffer.from(text).toString() === text),
        ),
        (text) => {
          expect(headerText(text)).to.match(/^[\x21-\x7e]*$/);
          expect(decodeURIComponent(headerText(text))).to.equal(text);
        },
      ),
    );
  });
});
