import { expect } from 'chai';
import { mismatchOf, type Presentation } from '../../../src/tickets/presentation.ts';

const APP = 'https://app.example';
const FOREIGN = 'https://evil.example';
const UNBOUND = { audience: undefined, origin: undefined, path: undefined };

type Bound = Parameters<typeof mismatchOf>[0];
type Presented = Partial<Presentation>;

const reasonFor = (bound: Partial<Bound>, presented: Presented) =>
  mismatchOf({ ...UNBOUND, ...bound }, { ticket: 't', audience: undefined, origin: null, ...presented });

const sent = (presented: Presented): string => JSON.stringify(presented);

describe('ticket without an origin and a path', () => {
  for (const presented of [
    { origin: null },
    { origin: FOREIGN },
    { origin: 'null' },
    { origin: null, fetchSite: 'cross-site', host: 'evil.example', path: '/anything' },
  ])
    it(`fits ${sent(presented)}`, () => {
      expect(reasonFor({}, presented)).to.equal(undefined);
    });
});

describe('ticket with an audience', () => {
  it('fits that audience alone', () => {
    expect(reasonFor({ audience: 'chat' }, { audience: 'chat' })).to.equal(undefined);
    for (const audience of [undefined, '', 'Chat', 'news'])
      expect(reasonFor({ audience: 'chat' }, { audience })).to.equal('audience');
  });
});

describe('ticket with an origin', () => {
  for (const presented of [
    { origin: APP },
    { origin: APP, fetchSite: 'cross-site', host: 'evil.example' },
    { origin: undefined },
    { origin: null, fetchSite: 'same-origin' },
    { origin: null, fetchSite: 'same-origin', host: 'app.example' },
    { origin: null, fetchSite: 'same-origin', host: 'APP.example' },
  ])
    it(`fits ${sent(presented)}`, () => {
      expect(reasonFor({ origin: APP }, presented)).to.equal(undefined);
    });

  for (const presented of [
    { origin: FOREIGN },
    { origin: FOREIGN, fetchSite: 'same-origin' },
    { origin: 'null', fetchSite: 'same-origin' },
    { origin: '', fetchSite: 'same-origin' },
    { origin: 'http://app.example' },
    { origin: `${APP}:8443` },
    { origin: null },
    { origin: null, host: 'app.example' },
    { origin: null, fetchSite: 'same-site' },
    { origin: null, fetchSite: 'cross-site' },
    { origin: null, fetchSite: 'none' },
    { origin: null, fetchSite: '' },
    { origin: null, fetchSite: 'Same-Origin' },
    { origin: null, fetchSite: 'same-origin, cross-site' },
    { origin: null, fetchSite: 'same-origin', host: 'evil.example' },
    { origin: null, fetchSite: 'same-origin', host: 'app.example:8443' },
    { origin: null, fetchSite: 'same-origin', host: 'app.example, evil.example' },
    { origin: null, fetchSite: 'same-origin', host: '' },
  ])
    it(`does not fit ${sent(presented)}`, () => {
      expect(reasonFor({ origin: APP }, presented)).to.equal('origin');
    });

  it('fits its host with the port that the origin has', () => {
    const bound = { origin: 'http://localhost:8080' };
    expect(reasonFor(bound, { fetchSite: 'same-origin', host: 'localhost:8080' })).to.equal(undefined);
    expect(reasonFor(bound, { fetchSite: 'same-origin', host: 'localhost' })).to.equal('origin');
  });
});

describe('ticket with a path', () => {
  const bound = { path: '/files/1' };

  it('fits that path alone, byte by byte', () => {
    expect(reasonFor(bound, { path: '/files/1' })).to.equal(undefined);
    for (const path of [undefined, '', '/', '/files', '/files/1/', '/files/11', '/Files/1', '/files/%31', '/socket'])
      expect(reasonFor(bound, { path }), path).to.equal('path');
  });

  for (const fetchSite of [undefined, 'same-origin', 'same-site', 'none'])
    it(`and an origin fits a request without Origin and with the Sec-Fetch-Site ${fetchSite}`, () => {
      expect(reasonFor({ ...bound, origin: APP }, { path: '/files/1', fetchSite })).to.equal(undefined);
    });

  for (const fetchSite of ['cross-site', 'same-origin, cross-site', '', 'unknown'])
    it(`and an origin does not fit a request without Origin and with the Sec-Fetch-Site ${fetchSite}`, () => {
      expect(reasonFor({ ...bound, origin: APP }, { path: '/files/1', fetchSite })).to.equal('origin');
    });

  it('and an origin fits no other Origin', () => {
    const all = { ...bound, origin: APP };
    expect(reasonFor(all, { path: '/files/1', origin: APP })).to.equal(undefined);
    for (const origin of [FOREIGN, 'null', ''])
      expect(reasonFor(all, { path: '/files/1', origin, fetchSite: 'same-origin' })).to.equal('origin');
  });
});
