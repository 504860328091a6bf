import { EventEmitter } from 'node:events';
import { createServer, get, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { turns } from '../../support/frozen-time.ts';
import { until } from '../../support/until.ts';

type OnFinished = (response: ServerResponse, listener: (error: unknown, response: ServerResponse) => void) => void;

const standIn: OnFinished = createRequire(import.meta.url)('../../../ops/build/on-finished.cjs');
// The original of Koa, which all tests use that do not run the build.
const original: OnFinished = createRequire(createRequire(import.meta.url).resolve('koa'))('on-finished');

for (const [name, onFinished] of Object.entries({ original, 'replacement in the build': standIn }))
  describe(`on-finished (${name})`, () => {
    const ended: ServerResponse[] = [];
    const listen = (response: ServerResponse) => onFinished(response, (_error, which) => ended.push(which));
    const server = createServer();
    before(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
    after(() => void server.close());
    afterEach(() => {
      ended.splice(0);
      server.removeAllListeners('request');
    });

    const answered = (answer: (response: ServerResponse) => void) => {
      const responses: ServerResponse[] = [];
      server.on('request', (_request, response) => {
        responses.push(response);
        answer(response);
      });
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      get(url, { agent: false }, (incoming) => incoming.resume()).on('error', () => {});
      return responses;
    };

    it('calls the listener once when the response has been sent', async () => {
      const responses = answered((response) => {
        listen(response);
        response.end();
      });
      await until('it has ended', () => ended.length > 0);
      await turns();
      expect(ended).to.deep.equal(responses);
    });

    it('calls the listener once when the connection is closed before the response', async () => {
      const responses = answered((response) => {
        listen(response);
        response.socket?.destroy();
      });
      await until('it has ended', () => ended.length > 0);
      await turns();
      expect(ended).to.deep.equal(responses);
    });

    it('calls the listener in a later turn when the response has already ended', async () => {
      const closed = new EventEmitter();
      const responses = answered((response) => response.once('close', () => closed.emit('closed')).end());
      await new Promise((resolve) => closed.once('closed', resolve));
      for (const response of responses) listen(response);
      expect(ended).to.deep.equal([]);
      await until('the listener is called', () => ended.length > 0);
    });
  });
