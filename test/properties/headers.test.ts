import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { bearerToken } from '../../src/http/middleware/authenticate.ts';
import { headerText } from '../../src/http/routes/forward-auth/forward-auth.ts';
import { handshakeOf } from '../../src/http/routes/forward-auth/handshake.ts';
import { AmbiguousTicketError } from '../../src/protocol/presented-ticket.ts';
import { scrub } from '../../src/protocol/redact.ts';
import { traceIdOf } from '../../src/protocol/trace-id.ts';
import { newTicket } from '../../src/tickets/ticket.ts';
import { token } from '../support/jwt.ts';
import { CASES, fc, textOf, wellFormed } from '../support/property.ts';

const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
const notZero = (text: string): boolean => !/^0+$/.test(text);

const TRACE_ID = /^[A-Za-z0-9._-]{1,128}$/;

describe('trace id from arbitrary headers', () => {
  it('is well-formed and contains neither a JWT nor a ticket', () => {
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

  it('comes from a well-formed traceparent before any other header', () => {
    fc.assert(
      fc.property(hex(32).filter(notZero), hex(16).filter(notZero), hex(2), fc.string(), (trace, span, flags, id) => {
        expect(traceIdOf({ traceparent: `00-${trace}-${span}-${flags}`, 'x-request-id': id })).to.equal(trace);
      }),
    );
  });

  it('comes from any position in X-Amzn-Trace-Id before X-Request-Id', () => {
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

describe('Authorization header with arbitrary text', () => {
  const header = fc.oneof(
    fc.constant(undefined),
    textOf('Bearer', 'bearer', 'Basic', ' ', '  ', '\t', token(), 'a.b.c', ',', '"', '='),
  );

  it('yields a token without surrounding whitespace, or none', () => {
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

  it('yields the exact token after "Bearer", in any case and with extra spaces', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\x21-\x7e]{1,40}$/), fc.nat(3), (text, spaces) => {
        expect(bearerToken({ authorization: `BEARER${' '.repeat(spaces + 1)}${text}` })).to.equal(text);
      }),
    );
  });
});

describe('forward-auth headers of a handshake', () => {
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

  /** As in Node: the first of each name in headers, and all of them in rawHeaders. */
  const requestOf = (given: readonly (readonly [string, string])[], url: string): IncomingMessage => {
    const headers = Object.fromEntries(given.toReversed().map(([name, value]) => [name.toLowerCase(), value]));
    return { headers, rawHeaders: given.flat(), url } as unknown as IncomingMessage;
  };

  it('yields the URI and the origin, or refuses contradicting headers as ambiguous', () => {
    const originalUri = fc.constantFrom('target' as const, ['x-original-uri'] as const, ['x-forwarded-uri'] as const);
    const path = fc.array(fc.constantFrom('/', '/ws', '?', '@chat', '%')).map((parts) => parts.join(''));
    const outcomes = { read: 0, refused: 0 };
    fc.assert(
      fc.property(lines, originalUri, path, (given, where, rest) => {
        const request = requestOf(given, `/forward-auth/envoy${rest}`);
        const { headers } = request;
        const uri = where === 'target' ? pathIn(rest) : headers[where[0]];
        const refused = isContradictory(given, uri);
        outcomes[refused ? 'refused' : 'read'] += 1;
        const read = () => handshakeOf(request, { name: 'any', originalUri: where });
        if (refused) expect(read).to.throw(AmbiguousTicketError);
        else expect(read()).to.deep.include({ uri, origin: headers.origin });
      }),
    );
    for (const count of Object.values(outcomes)) expect(count).to.be.above(CASES / 50);
  });

  /** What follows the name of the proxy, where it is a path. */
  const pathIn = (rest: string): string | undefined => {
    const [beforeQuery = ''] = rest.split('?', 1);
    return beforeQuery.includes('/') ? rest.slice(rest.indexOf('/')) : undefined;
  };

  const isContradictory = (given: readonly (readonly [string, string])[], uri: unknown): boolean => {
    const relevant = given.filter(([name]) => !['Host', 'Sec-WebSocket-Protocol'].includes(name));
    const distinct = new Set(relevant.map(([name]) => name.toLowerCase()));
    if (distinct.size < relevant.length || distinct.has('x_original_uri')) return true;
    return relevant.some(([name, value]) => /-uri$/i.test(name) && value !== uri);
  };

  it('finds in X-Original-URL the URI that the client requested, or refuses it, whatever Host the client sent', () => {
    // What nginx accepts as Host: anything but a slash, a space or a control character.
    const host = textOf('a.example', ':8080', '?', '#', '@', 'ticket=x', '\\', '%2F').filter(
      (text) => !/[/\s\p{Cc}]/u.test(text),
    );
    const uri = textOf('/ws', '?', 'ticket=y', '//', '://', '&').map((text) => `/${text}`);
    const outcomes = { read: 0, refused: 0 };
    fc.assert(
      fc.property(fc.constantFrom('http', 'https'), host, uri, (scheme, sentHost, requested) => {
        const refused = sentHost === '' || /[?#]/.test(sentHost);
        outcomes[refused ? 'refused' : 'read'] += 1;
        const request = requestOf([['X-Original-URL', `${scheme}://${sentHost}${requested}`]], '/');
        const read = () => handshakeOf(request, { name: 'any', originalUri: ['x-original-url'] }).uri;
        if (refused) expect(read).to.throw(AmbiguousTicketError);
        else expect(read()).to.equal(requested);
      }),
    );
    for (const count of Object.values(outcomes)) expect(count).to.be.above(CASES / 50);
  });

  it('refuses a relevant header that is present twice, in any case', () => {
    const name = fc.constantFrom('Origin', 'X-Original-URI', 'X-Forwarded-Uri', 'X-Ticketd-Subject');
    const spelt = fc.constantFrom(
      (text: string) => text,
      (text: string) => text.toLowerCase(),
      (text: string) => text.toUpperCase(),
    );
    fc.assert(
      fc.property(name, spelt, lines, fc.string(), (twice, spell, others, value) => {
        const given: (readonly [string, string])[] = [[twice, value], ...others, [spell(twice), value]];
        const read = () => handshakeOf(requestOf(given, '/'), { name: 'any', originalUri: ['x-original-uri'] });
        expect(read).to.throw(AmbiguousTicketError);
      }),
    );
  });

  it('encodes any text as a response header that decodes to the same text', () => {
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
