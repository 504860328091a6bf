import { expect } from 'chai';
import { ticketd } from '../../support/ticketd.ts';

describe('serve command line', () => {
  const serve = async (...args: readonly string[]) => {
    const cli = ticketd(['serve', ...args], { JWT_SECRET: 'short' });
    const { code } = await cli.exit;
    return { code, events: cli.events, output: cli.stderr };
  };

  it('treats -- as no argument', async () => {
    const [plain, ended] = await Promise.all([serve(), serve('--')]);
    expect(ended).to.include({ code: 78 }).and.deep.equal(plain);
    expect(ended.output).to.contain('JWT_SECRET');
  });
});
