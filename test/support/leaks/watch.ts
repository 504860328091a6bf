import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { exchange, type RawAnswer } from '../raw-http.ts';
import { issueTicket, type Wish } from '../redeem.ts';
import type { Ticketd } from '../ticketd.ts';
import { type Canaries, canaryJwt, secretsOf } from './canaries.ts';
import type { Row, Rows } from './rows.ts';
import { leaksIn, type Saying, type Secret } from './secret.ts';

/** Records the output of a process, and searches it for secrets. */
export interface LeakWatch {
  /** A new JWT that must appear nowhere; `claims` override the usual ones. */
  jwt(claims?: Readonly<Record<string, unknown>>): string;
  /** A new ticket of that service, which may appear only in the response that issued it. */
  ticket(service: Ticketd, wish?: Wish): Promise<string>;
  /** Adds a secret that must appear nowhere. */
  keep(name: string, text: string): void;
  hear(where: string, text: string): void;
  /** Records the output of the process so far, and what other users can read of it in /proc. */
  hearProcess(name: string, process: Ticketd): void;
  /** Sends each row to its listener, records the responses, and checks their status. */
  sendAll(service: Ticketd, rows: Rows): Promise<void>;
  /** Every place where a secret appeared. */
  leaks(): readonly string[];
}

export const watchForLeaks = (canaries: Canaries): LeakWatch => {
  const secrets: Secret[] = [...canaries.all];
  const sayings: Saying[] = [];
  const hear: LeakWatch['hear'] = (where, text) => void sayings.push({ where, text });

  const jwt: LeakWatch['jwt'] = (claims) => {
    const made = canaryJwt(canaries, claims);
    secrets.push(...secretsOf('a JWT', made));
    return made;
  };

  const keep: LeakWatch['keep'] = (name, text) => void secrets.push({ name, text });

  const keepTicket = (ticket: string): string => {
    keep('a ticket', ticket);
    return ticket;
  };

  const ticket: LeakWatch['ticket'] = async (service, wish = {}) =>
    keepTicket(await issueTicket({ url: await service.url() }, { jwt: jwt(), ...wish }));

  /** A response without the ticket that it issues. */
  const textOf = ({ status, headers, body }: RawAnswer): string => {
    const given = /"ticket":"(wst_[\w-]+)"/.exec(body)?.[1];
    const rest = given === undefined ? body : body.replace(keepTicket(given), '');
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    return [status, ...lines, '', rest].join('\n');
  };

  const send = async (service: Ticketd, name: string, { listener, status, bytes }: Row): Promise<void> => {
    const url = await service.url(listener);
    const request = await bytes({ canaries, jwt: jwt(), ticket: (wish) => ticket(service, wish) });
    const answers = await exchange(url, request);
    for (const answer of answers) hear(`the answer to ${name}`, textOf(answer));
    expect(
      answers.map((answer) => answer.status),
      name,
    ).to.deep.equal([status]);
  };

  return {
    jwt,
    ticket,
    keep,
    hear,
    hearProcess: (name, { stdout, stderr, process: { pid } }) => {
      hear(`${name}'s standard output`, stdout);
      hear(`${name}'s standard error`, stderr);
      // Files that other users may read; the environment is not among them.
      for (const file of ['cmdline', 'comm', 'status']) {
        const path = `/proc/${pid}/${file}`;
        if (existsSync(path)) hear(`${name}'s ${file}`, readFileSync(path, 'utf8'));
      }
    },
    sendAll: async (service, rows) => {
      for (const [name, row] of Object.entries(rows)) await send(service, name, row);
    },
    leaks: () => leaksIn(secrets, sayings),
  };
};
