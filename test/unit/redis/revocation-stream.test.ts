import { expect } from 'chai';
import { FIRST_POSITION, positionOf } from '../../../src/protocol/revocation-entry.ts';
import type { RedisClient } from '../../../src/redis/client.ts';
import { createRevocationStream } from '../../../src/redis/revocation-stream.ts';
import { rejectionOf } from '../../support/rejection.ts';

const AT = positionOf(1_767_225_600_000, 7);
const ID = '1767225600000-7';

/** A client that replies to each command in the same way. */
const clientOf = (reply: () => unknown) => {
  const sent: unknown[][] = [];
  const client = {
    call: async (...command: unknown[]) => {
      sent.push(command);
      return reply();
    },
  };
  return { sent, client: client as unknown as RedisClient };
};

const setUp = (reply: () => unknown) => ({ ...clientOf(reply), stream: createRevocationStream('p:s1:revocations') });

describe('stream of revocations', () => {
  it('appends an entry and drops older ones by age, at every 64th by number', async () => {
    const { client, sent, stream } = setUp(() => ID);
    for (let count = 1; count <= 128; count += 1) expect(await stream.append(client, 'key', AT)).to.equal(AT);
    const by = (...trimming: string[]) => ['xadd', 'p:s1:revocations', ...trimming, '*', 'k', 'key'];
    expect(sent[0]).to.deep.equal(by('MINID', '~', ID));
    const byNumber = sent.flatMap((command, index) => (command.includes('MAXLEN') ? index + 1 : []));
    expect(byNumber).to.deep.equal([64, 128]);
    expect(sent[63]).to.deep.equal(by('MAXLEN', '~', '1000000'));
  });

  it('has the position of its last entry, also when that is gone, and the first position when it does not exist', async () => {
    for (const reply of [
      ['length', 1, 'last-generated-id', ID, 'groups', 0],
      ['length', 0, 'radix-tree-keys', 0, 'last-generated-id', ID],
    ])
      expect(await setUp(() => reply).stream.lastPosition(setUp(() => reply).client)).to.equal(AT);
    const missing = setUp(() => Promise.reject(new Error('ERR no such key')));
    expect(await missing.stream.lastPosition(missing.client)).to.equal(FIRST_POSITION);
    const refused = new Error('NOPERM this user has no permissions to run the xinfo command');
    const without = setUp(() => Promise.reject(refused));
    expect(await rejectionOf(without.stream.lastPosition(without.client))).to.equal(refused);
  });

  it('waits for entries, and returns none when none arrive in time', async () => {
    const none = setUp(() => null);
    expect(await none.stream.waitForEntries(none.client, AT, 4000)).to.deep.equal([]);
    const read = ['COUNT', 1000, 'BLOCK', 4000, 'STREAMS', 'p:s1:revocations', ID];
    expect(none.sent).to.deep.equal([['xread', ...read]]);
    const two = setUp(() => [
      [
        'p:s1:revocations',
        [
          [ID, ['k', 'one']],
          ['1767225600001-0', ['k', 'two']],
        ],
      ],
    ]);
    expect(await two.stream.entriesAfter(two.client, FIRST_POSITION, 500)).to.deep.equal([
      { position: AT, key: 'one' },
      { position: positionOf(1_767_225_600_001, 0), key: 'two' },
    ]);
    expect(two.sent).to.deep.equal([['xread', 'COUNT', 500, 'STREAMS', 'p:s1:revocations', '0-0']]);
  });

  it('has an entry at a position if exactly that one is stored', async () => {
    for (const [reply, exists] of [
      [[[ID, ['k', 'one']]], true],
      [[], false],
    ] as const) {
      const { client, sent, stream } = setUp(() => reply);
      expect(await stream.hasEntryAt(client, AT)).to.equal(exists);
      expect(sent).to.deep.equal([['xrange', 'p:s1:revocations', ID, ID]]);
    }
  });
});
