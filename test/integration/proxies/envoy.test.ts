import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { SHIPPED } from '../../support/proxies/shipped.ts';
import { run } from '../../support/run.ts';

interface Filter {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: the tests read what Envoy itself would check
  readonly typed_config: any;
}

// What Envoy's filter gives the script: https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/lua_filter
const HANDLE = `
local given = { [':path'] = arg[1], ['sec-websocket-protocol'] = arg[2] ~= '' and arg[2] or nil }
local headers = {
  get = function(_, name) return given[name] end,
  replace = function(_, name, value) given[name] = value end,
  remove = function(_, name) given[name] = nil end,
}
envoy_on_request({ headers = function() return headers end })
print(given[':path'] .. ' ' .. (given['sec-websocket-protocol'] or '-'))
`;

describe('ops/deploy/proxies/envoy.yaml', () => {
  let manager: Filter['typed_config'];
  let filters: readonly Filter[];
  let directory: string;
  let script: string;

  before(async () => {
    const { static_resources } = parse(await readFile(join(SHIPPED, 'envoy.yaml'), 'utf8'));
    manager = static_resources.listeners[0].filter_chains[0].filters[0].typed_config;
    filters = manager.http_filters;
    directory = await mkdtemp(join(tmpdir(), 'ticketd-envoy-'));
    script = join(directory, 'filter.lua');
    await writeFile(script, filters[1]?.typed_config.default_source_code.inline_string + HANDLE);
  });
  after(() => rm(directory, { recursive: true }));

  it('calls ticketd, then removes the ticket, then forwards the request', () => {
    const names = filters.map(({ name }) => name.replace('envoy.filters.http.', ''));
    expect(names).to.deep.equal(['ext_authz', 'lua', 'router']);
  });

  it('refuses requests in an outage, and sends ticketd the headers that it needs, with 4 s to answer', () => {
    const { failure_mode_allow, status_on_error, allowed_headers, http_service } = filters[0]?.typed_config ?? {};
    expect(failure_mode_allow).to.equal(false);
    expect(status_on_error).to.deep.equal({ code: 'ServiceUnavailable' });
    expect(http_service.path_prefix).to.equal('/forward-auth/envoy');
    expect(http_service.server_uri.timeout).to.equal('4s');
    const allowed = allowed_headers.patterns.map(({ exact }: { exact: string }) => exact);
    expect(allowed).to.include.members(['origin', 'sec-fetch-site', 'sec-websocket-protocol']);
  });

  it('logs no query, and drops headers with underscores', () => {
    const [{ typed_config }] = manager.access_log;
    expect(typed_config.log_format.text_format_source.inline_string).not.to.match(/%REQ\((?!:METHOD\))/);
    expect(manager.common_http_protocol_options.headers_with_underscores_action).to.equal('DROP_HEADER');
  });

  for (const [path, protocols, left] of [
    ['/ws?ticket=x', '', '/ws -'],
    ['/ws?ticket=x&room=7&a=%20b', '', '/ws?room=7&a=%20b -'],
    ['/ws?room=7&ticket=x&a=b', '', '/ws?room=7&a=b -'],
    ['/ws?myticket=5&ticket=x', 'chat.v1', '/ws?myticket=5 chat.v1'],
    ['/ws', 'chat.v1, ticketd.x', '/ws chat.v1'],
    ['/ws?a', 'ticketd.x,chat.v0,chat.v1', '/ws?a chat.v0, chat.v1'],
    ['/', 'ticketd.x', '/ -'],
  ] as const)
    it(`forwards “${left}” for ${path} with the subprotocols “${protocols}”`, async () => {
      expect(await run('lua5.3', [script, path, protocols])).to.equal(left);
    });
});
