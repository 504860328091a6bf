import type { IncomingHttpHeaders } from 'node:http';
import { randomText } from './random-text.ts';
import { scrub } from './redact.ts';

// https://www.w3.org/TR/trace-context/#traceparent-header
const TRACEPARENT = /^(?!ff)(?!00.{53}.)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)/;
// The ALB's header; `Self=` may come before `Root=`.
const AMAZON_ROOT = /(?:^|;)\s*Root=1-([0-9a-f]{8})-([0-9a-f]{24})(?:;|$)/i;
const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** The caller's trace id if a well-formed header has one, else a new one of 32 hex digits. */
export const traceIdOf = (headers: IncomingHttpHeaders): string =>
  fromTraceparent(headers) ?? fromAmazon(headers) ?? fromRequestId(headers) ?? newTraceId();

const fromTraceparent = ({ traceparent }: IncomingHttpHeaders) =>
  traceparent === undefined ? undefined : TRACEPARENT.exec(first(traceparent))?.[1];

const fromAmazon = ({ 'x-amzn-trace-id': header }: IncomingHttpHeaders) => {
  if (header === undefined) return undefined;
  const [, time, unique] = AMAZON_ROOT.exec(first(header)) ?? [];
  return time && unique && `${time}${unique}`.toLowerCase();
};

// The response repeats the id: one that looks like a JWT or a ticket is ignored.
const fromRequestId = ({ 'x-request-id': header }: IncomingHttpHeaders) => {
  if (header === undefined) return undefined;
  const id = REQUEST_ID.exec(first(header))?.[0];
  return id === scrub(id ?? '') ? id : undefined;
};

export const newTraceId = (): string => randomText(16, 'hex');

const first = (header: string | string[]): string => String(header);
