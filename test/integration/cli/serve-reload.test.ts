import { expect } from 'chai';
import { token } from '../../support/jwt.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { mountSecrets, type SecretFiles } from '../../support/secret-files.ts';
import { endAll, serve, type Ticketd } from '../../support/ticketd.ts';

const [OLD, NEW] = ['the-old-secret-which-is-rotated-out', 'the-new-secret-which-is-rotated-in'];

describe('serve with secrets in files', () => {
  let files: SecretFiles;
  let service: Ticketd;
  beforeEach(async () => {
    files = await mountSecrets({ secret: OLD });
    service = serve({ REDIS_URL: 'memory://', JWT_SECRET_FILE: files.pathOf('secret') });
  });
  afterEach(async () => {
    await endAll();
    await files.remove();
  });

  const statusOf = async (secret: string) =>
    (await requestTicket({ url: await service.url() }, token({}, { secret }))).status;

  it('reads them again on SIGHUP, and never ends by it', async () => {
    await service.url();
    await files.swap({ secret: NEW });
    service.process.kill('SIGHUP');
    expect(await service.line('config_reloaded')).to.include({ level: 'info', names: 'JWT_SECRET' });
    expect([await statusOf(NEW), await statusOf(OLD)]).to.deep.equal([200, 401]);
    service.process.kill('SIGTERM');
    await service.line('server_draining');
    service.process.kill('SIGHUP');
    expect(await service.exit).to.deep.equal({ code: 0, signal: null });
  });

  it('reads them again by itself when they have changed', async () => {
    await service.url();
    await files.swap({ secret: 'short' });
    expect(await service.line('config_reload_fail')).to.include({ level: 'error', names: 'JWT_SECRET' });
    expect([await statusOf(NEW), await statusOf(OLD)]).to.deep.equal([401, 200]);
    await files.swap({ secret: NEW });
    await service.line('config_reloaded');
    expect([await statusOf(NEW), await statusOf(OLD)]).to.deep.equal([200, 401]);
    expect(service.linesOf('config_reload_fail')).to.have.lengthOf(1);
  });

  it('starts as usual when SIGHUP arrives during the start', async () => {
    await service.line('phase_start');
    service.process.kill('SIGHUP');
    await service.line('config_reloaded');
    expect(await statusOf(OLD)).to.equal(200);
  });
});
