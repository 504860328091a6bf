import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import jwt from 'jsonwebtoken';

export const ALGORITHMS = ['HS256', 'RS256', 'ES256'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** What one run of all servers is keyed with. */
export interface Keys {
  readonly algorithm: Algorithm;
  readonly signKey: jwt.Secret;
  /** A secret, or a public key in PEM. */
  readonly verifyKey: string;
  readonly gatewayKey: string;
}

const TOKENS = 10_000;

export const makeKeys = (algorithm: Algorithm): Keys => {
  const gatewayKey = randomBytes(32).toString('base64url');
  if (algorithm === 'HS256') {
    const secret = randomBytes(48).toString('base64url');
    return { algorithm, signKey: secret, verifyKey: secret, gatewayKey };
  }
  const { publicKey, privateKey } =
    algorithm === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const verifyKey = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return { algorithm, signKey: privateKey, verifyKey, gatewayKey };
};

const directory = await mkdtemp(join(tmpdir(), 'ticketd-bench-'));

/** Writes requests for the load generator; returns the file's path. */
const writeRequests = async (name: string, requests: readonly object[]): Promise<string> => {
  const file = join(directory, `${name}.json`);
  await writeFile(file, JSON.stringify(requests));
  return file;
};

/** Requests for a ticket, each with a JWT of a subject and session of its own; those of each set differ. */
export const issueRequests = ({ algorithm, signKey }: Keys, set: string, tokens = TOKENS): Promise<string> => {
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const requests = Array.from({ length: tokens }, (_, number) => {
    const claims = { sub: `user-${set}-${number}`, sessionId: `session-${number}`, exp };
    return { headers: { authorization: `Bearer ${jwt.sign(claims, signKey, { algorithm })}` } };
  });
  return writeRequests(`issue-${algorithm}-${set}`, requests);
};

/** Requests that redeem each ticket in these answers once. */
export const redeemRequests = (name: string, { gatewayKey }: Keys, answers: readonly string[]): Promise<string> => {
  const headers = { authorization: `Bearer ${gatewayKey}`, 'content-type': 'application/json' };
  const bodyOf = (answer: string) => JSON.stringify({ ticket: JSON.parse(answer).ticket });
  return writeRequests(
    `redeem-${name}`,
    answers.map((answer) => ({ headers, body: bodyOf(answer) })),
  );
};
