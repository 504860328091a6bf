import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { version } from '../../../src/config/version.ts';
import { type ErrorCode, errorHeaders, wireErrors } from '../../../src/protocol/errors.ts';
import { apiHeaders } from '../../../src/protocol/headers.ts';
import { isTicket } from '../../../src/tickets/ticket.ts';
import {
  DOCUMENT,
  examplePathsOf,
  type Media,
  operationsIn,
  type Response,
  readDocument,
} from '../../support/openapi/document.ts';
import { createPlaceFinder } from '../../support/openapi/place.ts';
import { routesInCode } from '../../support/openapi/routes.ts';
import { createSchemaCheck } from '../../support/openapi/schema-check.ts';

const document = readDocument();
const operations = operationsIn(document);
const answers = [...operations.map(({ operation }) => operation.responses), ...Object.values(document['x-unlisted'])]
  .flatMap((responses) => Object.entries(responses))
  .map(([status, response]) => ({ status: Number(status), response }));

/** The codes that a response's body may name. */
const codesOf = ({ content = {} }: Response): readonly ErrorCode[] =>
  Object.values(content).flatMap(({ schema }) => {
    const { errorCode } = (schema.properties ?? {}) as { errorCode?: { enum: readonly ErrorCode[] } };
    return errorCode?.enum ?? [];
  });

describe('OpenAPI document compared with the code', () => {
  it('has the version of the package', () => {
    expect(document.info.version).to.equal(version);
  });

  it('has an operation for every route of the code', async () => {
    const placeOf = createPlaceFinder(document);
    for (const { listener, methods, path } of await routesInCode())
      for (const method of methods) {
        const { operation } = placeOf({ listener, method, path, status: 200, headers: {}, body: '' });
        expect(operation, `${method} ${path} on the ${listener} listener`).not.to.equal(undefined);
      }
  });

  it('has no operation without a route in the code', async () => {
    const routes = await routesInCode();
    for (const located of operations)
      for (const listener of located.operation.tags)
        for (const path of examplePathsOf(located)) {
          const taken = routes.filter((route) => route.listener === listener && route.takes(path));
          const methods = taken.flatMap((route) => route.methods);
          const wanted = located.anyMethod ? [located.method, 'PROPFIND'] : [located.method];
          expect(methods, `${path} on the ${listener} listener`).to.include.members(wanted);
        }
  });

  it('names the servers of the listeners that an operation is tagged with', () => {
    for (const { operation, servers } of operations)
      expect(servers, operation.operationId).to.deep.equal(operation.tags.map((tag) => `The ${tag} listener.`));
  });

  it('lists exactly the error codes of the code', () => {
    expect(document.components.schemas.ErrorCode?.enum).to.have.members(Object.keys(wireErrors));
  });

  it('has a response for every error code, and a code for every error response', () => {
    const errors = answers.filter(({ status, response }) => status >= 400 && !isProbe(response));
    expect(errors.filter(({ response }) => codesOf(response).length === 0)).to.deep.equal([]);
    expect(new Set(errors.flatMap(({ response }) => codesOf(response)))).to.have.all.keys(Object.keys(wireErrors));
  });

  it('has the status and headers of the code for each error code', () => {
    for (const { status, response } of answers)
      for (const code of codesOf(response)) {
        const { status: expected, challenge } = wireErrors[code];
        expect({ code, status }).to.deep.equal({ code, status: expected });
        expect(Object.keys(response.headers ?? {}), code).to.include.members(Object.keys(errorHeaders(code)));
        if (challenge !== undefined) expect(valuesOf(response, 'WWW-Authenticate'), code).to.include(challenge);
      }
  });

  it('has retryAfter in the body of each response with Retry-After', () => {
    for (const { response } of answers)
      for (const { value } of examplesOf(response))
        expect(Object.keys(value as object).includes('retryAfter'), JSON.stringify(value)).to.equal(
          response.headers?.['Retry-After'] !== undefined,
        );
  });

  it('has the headers that every response has', () => {
    const { 'Cache-Control': caching, ...always } = apiHeaders;
    const documented = Object.entries(document['x-always']).map(([name, { schema }]) => [name, schema.const]);
    expect(Object.fromEntries(documented)).to.deep.equal(always);
    for (const { status, response } of answers)
      expect(valuesOf(response, 'Cache-Control'), `Cache-Control of ${status}`).to.deep.equal([caching]);
  });

  it('allows no members beyond the documented ones', () => {
    const check = createSchemaCheck();
    for (const { response } of answers)
      for (const { schema, examples } of jsonOf(response))
        for (const { value } of Object.values(examples)) {
          expect(check(schema, value)).to.deep.equal([]);
          // The claims of a ticket have names of their own.
          if (Object.hasOwn(value as object, 'token_type')) continue;
          expect(check(schema, { ...(value as object), beyond: 1 }), JSON.stringify(value)).not.to.deep.equal([]);
        }
  });

  it('has an example ticket with a valid form and checksum', async () => {
    const shown = (await readFile(DOCUMENT, 'utf8')).match(/\bwst_[\w-]{43,}/g) ?? [];
    expect(shown).to.have.length.above(0);
    expect(shown.filter((ticket) => !isTicket(ticket))).to.deep.equal([]);
  });
});

const examplesOf = (response: Response) => jsonOf(response).flatMap(({ examples }) => Object.values(examples));

const jsonOf = ({ content }: Response): readonly Media[] => {
  const media = content?.['application/json'];
  return media === undefined ? [] : [media];
};

// Readiness returns 503 as a state, not as an error.
const isProbe = ({ content = {} }: Response): boolean =>
  Object.values(content).some(({ schema }) => schema.oneOf !== undefined);

const valuesOf = ({ headers = {} }: Response, name: string): readonly unknown[] => {
  const { enum: list, const: only } = headers[name]?.schema ?? {};
  return Array.isArray(list) ? list : [only];
};
