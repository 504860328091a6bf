import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readConfig } from '../../../src/config/read-config.ts';
import { sourceOf } from '../../../src/config/sources.ts';
import { variables } from '../../../src/config/variables.ts';
import { problemsOf } from '../../support/config.ts';
import { SECRET } from '../../support/jwt.ts';
import { otherEncodings } from '../../support/other-encodings.ts';
import { rejectionOf } from '../../support/rejection.ts';

const QUOTED = 'expected a value without quotes around it; `--env-file` of docker keeps quotes as part of the value';

describe('NAME_FILE variable of a secret', () => {
  let folder: string;
  const file = async (text: string | Buffer): Promise<string> => {
    const path = join(folder, 'secret');
    await writeFile(path, text);
    return path;
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ticketd-config-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('provides the content of the file without its final line break', async () => {
    const { jwt, redis } = await readConfig({
      JWT_SECRET_FILE: await file(`${SECRET}\r\n`),
      REDIS_URL: 'redis://plain:1',
    });
    expect(jwt.secrets).to.deep.equal([SECRET]);
    expect(redis.target).to.deep.include({ servers: [{ host: 'plain', port: 1 }] });
  });

  it('is reported as the source of the value', async () => {
    const env = { REDIS_URL_FILE: await file('redis://mounted:6380') };
    expect(await sourceOf(variables.redis.target, env)).to.deep.equal({ text: 'redis://mounted:6380', from: 'file' });
  });

  it('counts as unset when empty, as does an empty NAME next to it', async () => {
    const env = {
      JWT_SECRET: SECRET,
      JWT_SECRET_FILE: '',
      REDIS_URL: '',
      REDIS_URL_FILE: await file('redis://mounted'),
    };
    expect((await readConfig(env)).redis.target).to.deep.include({ servers: [{ host: 'mounted', port: 6379 }] });
  });

  it('is rejected when NAME is set as well', async () => {
    const path = await file(SECRET);
    const problems = await problemsOf({ JWT_SECRET: SECRET, JWT_SECRET_FILE: path });
    expect(problems).to.deep.equal([
      { name: 'JWT_SECRET', problem: 'expected either JWT_SECRET or JWT_SECRET_FILE, found both' },
    ]);
  });

  it('is rejected by its own name with ENOENT when the file does not exist', async () => {
    const problems = await problemsOf({ JWT_SECRET_FILE: join(folder, 'missing') });
    expect(problems).to.deep.equal([{ name: 'JWT_SECRET_FILE', problem: 'expected a readable file (ENOENT)' }]);
  });

  it('is rejected when it is a directory', async () => {
    const problems = await problemsOf({ JWT_SECRET_FILE: folder });
    expect(problems).to.deep.equal([{ name: 'JWT_SECRET_FILE', problem: 'expected a regular file' }]);
  });

  for (const text of ['', '\n', '  \r\n'])
    it(`is rejected when the file contains only ${JSON.stringify(text)}`, async () => {
      const problems = await problemsOf({ JWT_SECRET_FILE: await file(text) });
      expect(problems).to.deep.equal([{ name: 'JWT_SECRET_FILE', problem: 'expected a file that is not empty' }]);
    });

  it('provides the content without a UTF-8 byte order mark', async () => {
    const { jwt } = await readConfig({ JWT_SECRET_FILE: await file(`\uFEFF${SECRET}\r\n`) });
    expect(jwt.secrets).to.deep.equal([SECRET]);
  });

  for (const [encoding, bytes] of otherEncodings(SECRET))
    it(`is rejected when the file is in ${encoding}, with the encoding in the message`, async () => {
      const problems = await problemsOf({ JWT_SECRET_FILE: await file(bytes) });
      expect(problems.map(({ name }) => name)).to.deep.equal(['JWT_SECRET_FILE']);
      expect(problems[0]?.problem)
        .to.match(/^expected a file in UTF-8, found /)
        .and.include(encoding);
      expect(JSON.stringify(problems)).to.not.include(SECRET);
    });

  it('is rejected when its value is in quotes, of the file and of the path', async () => {
    expect(await problemsOf({ JWT_SECRET_FILE: await file(`"${SECRET}"\n`) })).to.deep.equal([
      { name: 'JWT_SECRET', problem: QUOTED },
    ]);
    expect(await problemsOf({ JWT_SECRET_FILE: `'${await file(SECRET)}'` })).to.deep.equal([
      { name: 'JWT_SECRET_FILE', problem: QUOTED },
    ]);
  });

  it('is reported under the name of the secret when the value is invalid, and never quoted', async () => {
    const problems = await problemsOf({ JWT_SECRET_FILE: await file('hunter2') });
    expect(problems.map(({ name }) => name)).to.deep.equal(['JWT_SECRET']);
    expect(JSON.stringify(problems)).to.not.include('hunter2');
  });

  it('is ignored for a variable that is not a secret', async () => {
    const env = { JWT_SECRET: SECRET, PORT_FILE: await file('8080') };
    expect((await readConfig(env)).http.port).to.equal(3000);
  });

  it('is not read when the signal is aborted: the read rejects with the abort reason', async () => {
    const reason = new Error('interrupted');
    const env = { JWT_SECRET_FILE: await file(SECRET) };
    expect(await rejectionOf(readConfig(env, AbortSignal.abort(reason)))).to.equal(reason);
  });
});
