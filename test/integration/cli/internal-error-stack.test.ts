import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { askTicket } from '../../support/ask.ts';
import { SECRET } from '../../support/jwt.ts';
import { GATEWAY_KEY, redeem } from '../../support/redeem.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { keyOf } from '../../support/request-ticket.ts';
import { endAll, type LogLine, serve } from '../../support/ticketd.ts';

const FRAME = /^ +at .*\(?(src\/[^:]+\.ts):(\d+):(\d+)\)?$/;

describe('ticketd command line: stack trace of an internal error', () => {
  let redis: TestRedis;
  let line: LogLine;
  before(async () => {
    redis = await startRedis();
    const service = serve({ JWT_SECRET: SECRET, REDIS_URL: redis.url, GATEWAY_KEYS: GATEWAY_KEY });
    const ticket = String((await askTicket(await service.url())).body.ticket);
    await redis.cli('SET', keyOf(ticket), 'not what ticketd stored', 'KEEPTTL');
    const internalUrl = await service.url('internal');
    expect((await redeem({ internalUrl }, { ticket })).status).to.equal(500);
    line = await service.line('internal_error');
  });
  after(async () => {
    await endAll();
    await redis.stop();
  });

  it('names no bundle', () => {
    expect(line.stack)
      .to.be.a('string')
      .and.not.match(/\.bundle/);
  });

  it('names positions in the source for calls and errors', async () => {
    const frames = String(line.stack)
      .split('\n')
      .flatMap((text) => [FRAME.exec(text)].filter((found) => found !== null));
    expect(frames.length).to.be.at.least(3);
    for (const [frame, file = '', row, column] of frames) {
      const text = (await readFile(new URL(`../../../${file}`, import.meta.url), 'utf8')).split('\n')[Number(row) - 1];
      expect(text?.slice(Number(column) - 1), frame).to.match(/^(new |await |[\w.]+\()/);
    }
  });
});
