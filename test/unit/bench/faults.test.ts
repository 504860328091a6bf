import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { faultTable, overruns, ROWS_VARIABLE, type Row, readRows, record } from '../../chaos/support/table.ts';

const row: Row = { case: '12a', fault: 'ACL without SET', bound: '≤ 600 ms', detectedMs: 45.4, answers: { 200: 3 } };

describe('fault benchmark rows', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ticketd-rows-'));
    process.env[ROWS_VARIABLE] = directory;
  });
  afterEach(async () => {
    delete process.env[ROWS_VARIABLE];
    await rm(directory, { recursive: true });
  });

  it('are read in the order of their cases, with the last row stored of each case', () => {
    for (const number of ['21b', 3, '21a', 12]) record({ ...row, case: number });
    record({ ...row, case: 3, fault: 'another' });
    const rows = readRows(directory);
    expect(rows.map((one) => String(one.case))).to.deep.equal(['3', '12', '21a', '21b']);
    expect(rows[0]).to.include({ fault: 'another' });
  });

  it('are not stored when no benchmark requests them', async () => {
    delete process.env[ROWS_VARIABLE];
    record(row);
    expect(await readdir(directory)).to.deep.equal([]);
  });

  it('are formatted as a Markdown table', () => {
    expect(faultTable([row]).split('\n').at(-1)).to.equal(
      '| 12a | ACL without SET | ≤ 600 ms | 45 ms | – | – | 3 × 200 |',
    );
  });

  it('are reported as overruns when a duration exceeds its promised limit', () => {
    expect(overruns({ ...row, limits: { detectedMs: 600, recoveredMs: 3000 } })).to.deep.equal([]);
    expect(overruns({ ...row, limits: { detectedMs: 40 } })).to.deep.equal([
      'case 12a: detectedMs 45 ms, promised 40 ms',
    ]);
  });
});
