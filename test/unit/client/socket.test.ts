import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { createClientRig } from '../../support/client-rig.ts';
import { replaceGlobals } from '../../support/fake-page.ts';
import { freezeTime } from '../../support/frozen-time.ts';

describe('ticketd/client socket', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  const addressOf = async (options: Parameters<typeof createClientRig>[1]) => {
    const rig = createClientRig(clock, options);
    await rig.pass(0);
    await rig.request().answer(200, { ticket: 'wst_a-b_c' });
    const { url, protocols } = rig.socket();
    return { url, protocols };
  };

  const addresses: Readonly<Record<string, string>> = {
    'wss://chat.test/': 'wss://chat.test/?ticket=wst_a-b_c',
    'wss://chat.test/s?': 'wss://chat.test/s?&ticket=wst_a-b_c',
    'wss://chat.test/s?a=1%20+2&b': 'wss://chat.test/s?a=1%20+2&b&ticket=wst_a-b_c',
    'wss://chat.test/s?a=1#part': 'wss://chat.test/s?a=1&ticket=wst_a-b_c',
    'https://chat.test/s': 'wss://chat.test/s?ticket=wst_a-b_c',
    'http://chat.test:8080/s': 'ws://chat.test:8080/s?ticket=wst_a-b_c',
  };
  for (const [socketUrl, url] of Object.entries(addresses))
    it(`connects to ${url} for socketUrl ${socketUrl}`, async () => {
      expect(await addressOf({ socketUrl })).to.deep.equal({ url, protocols: [] });
      expect(await addressOf({ socketUrl: new URL(socketUrl) })).to.have.property('url', url);
    });

  it('URL-encodes a ticket of any form', async () => {
    const rig = createClientRig(clock);
    await rig.pass(0);
    await rig.request().answer(200, { ticket: 'a+b&c=d#e' });
    expect(new URL(rig.socket().url).searchParams.get('ticket')).to.equal('a+b&c=d#e');
  });

  it('resolves a socketUrl relative to the page', async () => {
    const restore = replaceGlobals({ location: { href: 'https://app.test/rooms/7?q=1' } });
    try {
      expect(await addressOf({ socketUrl: '/socket' })).to.have.property(
        'url',
        'wss://app.test/socket?ticket=wst_a-b_c',
      );
    } finally {
      restore();
    }
  });

  it('offers the subprotocols', async () => {
    expect(await addressOf({ protocols: ['chat.v2', 'chat.v1'] })).to.have.deep.property('protocols', [
      'chat.v2',
      'chat.v1',
    ]);
  });

  it('offers the ticket as the last subprotocol with ticketIn: protocol', async () => {
    const socketUrl = 'wss://chat.test/s?a=1';
    expect(await addressOf({ socketUrl, protocols: ['chat'], ticketIn: 'protocol' })).to.deep.equal({
      url: socketUrl,
      protocols: ['chat', 'ticketd.wst_a-b_c'],
    });
  });

  it('throws a TypeError for a socketUrl or ticketIn that cannot work', () => {
    const bad = [
      { socketUrl: '/socket' },
      { socketUrl: 'wss://' },
      { socketUrl: 'wss://chat.test/?ticket=wst_old' },
      { ticketIn: 'protocol' as const },
    ];
    for (const options of bad) expect(() => createClientRig(clock, options)).to.throw(TypeError);
  });

  it('passes on unchanged messages and the selected subprotocol', async () => {
    const rig = createClientRig(clock, { protocols: ['chat'], binaryType: 'arraybuffer' });
    const received: unknown[] = [];
    rig.client.addEventListener('message', ({ data }) => void received.push(data));
    await rig.pass(0);
    await rig.grant();
    expect(rig.socket().binaryType).to.equal('arraybuffer');
    rig.socket().open('chat');
    const bytes = new ArrayBuffer(3);
    rig.socket().message('hello');
    rig.socket().message(bytes);
    expect(received).to.deep.equal(['hello', bytes]);
    expect(rig.journal).to.include('open chat @ 0');
  });

  it('sends only while open; send() returns false otherwise', async () => {
    const rig = createClientRig(clock);
    expect(rig.client.send('too early')).to.equal(false);
    await rig.pass(0);
    await rig.grant();
    expect(rig.client.send('too early')).to.equal(false);
    rig.socket().open();
    expect(rig.client.send('in time')).to.equal(true);
    rig.socket().end();
    expect(rig.client.send('too late')).to.equal(false);
    expect(rig.socket().sent).to.deep.equal(['in time']);
  });

  it('has the state that its events report', async () => {
    const rig = createClientRig(clock);
    const { client } = rig;
    const states: string[] = [client.state];
    for (const type of ['connecting', 'open', 'close', 'retry', 'stopped'] as const)
      client.addEventListener(type, () => void states.push(`${type} ${client.state}`));
    await rig.open();
    client.connect();
    rig.socket().end();
    client.close();
    expect(states).to.deep.equal([
      'connecting',
      'connecting connecting',
      'open open',
      'close connecting',
      'retry waiting',
      'stopped stopped',
    ]);
  });

  it('is an EventTarget whose listeners can be removed', async () => {
    const rig = createClientRig(clock);
    expect(rig.client).to.be.instanceOf(EventTarget);
    const heard: string[] = [];
    const listener = ({ type, target }: Event) => void heard.push(`${type} ${target === (rig.client as unknown)}`);
    rig.client.addEventListener('connecting', listener, { once: true });
    rig.client.addEventListener('open', listener);
    rig.client.removeEventListener('open', listener);
    await rig.open();
    expect(heard).to.deep.equal(['connecting true']);
  });

  it('stops with reason invalid when there is no WebSocket', async () => {
    const restore = replaceGlobals({ WebSocket: undefined });
    try {
      const rig = createClientRig(clock, { WebSocket: undefined });
      await rig.pass(0);
      await rig.grant();
      expect(rig.journal.at(-1)).to.equal('stopped invalid @ 0');
    } finally {
      restore();
    }
  });

  it("uses the browser's fetch and WebSocket by default", async () => {
    const { requests, client } = createClientRig(clock);
    client.close();
    const asked: string[] = [];
    const fetch = async (url: string) => {
      asked.push(url);
      return Response.json({ ticket: 'wst_x' });
    };
    function WebSocket(url: string) {
      asked.push(url);
      return { addEventListener: () => undefined, close: () => undefined };
    }
    const restore = replaceGlobals({ fetch, WebSocket });
    try {
      const rig = createClientRig(clock, { fetch: undefined, WebSocket: undefined });
      await rig.pass(0);
      rig.client.close();
      expect(asked).to.deep.equal(['https://api.test/ticket', 'wss://chat.test/socket?ticket=wst_x']);
      expect(requests).to.have.lengthOf(0);
    } finally {
      restore();
    }
  });
});
