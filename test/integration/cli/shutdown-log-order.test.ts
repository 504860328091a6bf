import { expect } from 'chai';
import { ask } from '../../support/ask.ts';
import { SECRET } from '../../support/jwt.ts';
import { endAll, serve } from '../../support/ticketd.ts';

// Far more log lines than what lies between two processes can hold.
const REQUESTS = 2000;

describe('log of a shutdown through a pipe with a slow reader', () => {
  afterEach(endAll);

  it('contains every line in order of time, up to server_stopped', async () => {
    const service = serve({ JWT_SECRET: SECRET, REDIS_URL: 'memory://', LOG_LEVEL: 'debug' });
    const url = await service.url();
    service.process.stdout?.pause();
    for (let sent = 0; sent < REQUESTS; sent += 50)
      await Promise.all(Array.from({ length: 50 }, () => ask(`${url}/health`)));
    service.process.kill('SIGTERM');
    service.process.stdout?.resume();
    expect(await service.exit).to.deep.equal({ code: 0, signal: null });
    expect(service.linesOf('request')).to.have.length(REQUESTS);
    const times = service.lines.map(({ time }) => String(time));
    expect(times).to.deep.equal([...times].sort());
    expect(service.events.at(-1)).to.equal('server_stopped');
  });
});
