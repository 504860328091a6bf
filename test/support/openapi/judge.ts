import type { Answer } from './answer.ts';
import { type ApiDocument, DOCUMENT, type Header, type Response } from './document.ts';
import { createPlaceFinder, type Place } from './place.ts';
import { createSchemaCheck, type SchemaCheck } from './schema-check.ts';

/** Says all in which an answer differs from the document; nothing where it is as documented. */
export type Judge = (answer: Answer) => readonly string[];

// What HTTP itself puts on any message (RFC 9110, RFC 9112) and the document leaves to it.
const OF_HTTP = ['connection', 'content-length', 'content-type', 'date', 'keep-alive', 'transfer-encoding'];

export const createJudge = (document: ApiDocument): Judge => {
  const placeOf = createPlaceFinder(document);
  const check = createSchemaCheck();
  const documented = ({ listener, status }: Answer, { responses: { [status]: response } }: Place) =>
    response && {
      ...response,
      headers: { ...document['x-always'], ...(listener === 'public' && document['x-cors']), ...response.headers },
    };

  return (answer) => {
    const place = placeOf(answer);
    const response = documented(answer, place);
    const faults = response === undefined ? ['has a status of its own'] : faultsOf(answer, response, check);
    return [...faults, ...allowFaults(answer, place)].map(
      (fault) => `${nameOf(answer, place)} ${fault}, against ${DOCUMENT}`,
    );
  };
};

const nameOf = ({ listener, method = 'no request', path = '', status }: Answer, { name }: Place): string =>
  `${method} ${path} on the ${listener} listener (${name}): the answer ${status}`;

const faultsOf = (answer: Answer, response: Response, check: SchemaCheck): readonly string[] => [
  ...strayHeaders(answer, response),
  ...Object.entries(response.headers ?? {}).flatMap((header) => headerFaults(answer, header, check)),
  ...bodyFaults(answer, response, check),
];

const strayHeaders = ({ headers }: Answer, { headers: documented = {} }: Response): readonly string[] => {
  const known = [...OF_HTTP, ...Object.keys(documented).map((name) => name.toLowerCase())];
  return Object.keys(headers)
    .filter((name) => !known.includes(name))
    .map((name) => `has the header ${name} of its own`);
};

const headerFaults = ({ headers }: Answer, [name, header]: [string, Header], check: SchemaCheck): readonly string[] => {
  const value = headers[name.toLowerCase()];
  if (value === undefined) return header.required ? [`lacks the header ${name}`] : [];
  const read = header.schema.type === 'integer' ? Number(value) : String(value);
  return check(header.schema, read).map((fault) => `has the header ${name} wrong: ${fault}`);
};

// A document cannot say of a header that it lists the path's own methods.
const allowFaults = ({ headers: { allow } }: Answer, { methods }: Place): readonly string[] =>
  allow === undefined || sorted(String(allow).split(', ')) === sorted(methods)
    ? []
    : [`allows ${allow} instead of ${methods.join(', ')}`];

const sorted = (names: readonly string[]): string => [...names].sort().join();

const bodyFaults = ({ method, headers, body }: Answer, { content }: Response, check: SchemaCheck) => {
  if (content === undefined) return body === '' ? [] : ['has a body of its own'];
  const sent = String(headers['content-type']);
  const [type, media] = Object.entries(content).find(([type]) => [type, `${type}; charset=utf-8`].includes(sent)) ?? [];
  if (type === undefined || media === undefined) return [`has the type ${sent} of its own`];
  if (method === 'HEAD') return body === '' ? [] : ['has a body, to HEAD'];
  return check(media.schema, type === 'application/json' ? parsed(body) : body).map(
    (fault) => `has the body wrong: ${fault}, in ${body}`,
  );
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
