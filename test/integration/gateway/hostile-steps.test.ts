import { createServer, type IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { WebSocketServer } from 'ws';
import { createGateway, type Gateway, type GatewayEvent, type ProtectOptions } from '../../../src/gateway/gateway.ts';
import { listen } from '../../support/gateway-rig.ts';
import { hostileValues, thenable } from '../../support/hostile-values.ts';
import { talk, upgradeRequest } from '../../support/raw-upgrade.ts';
import { GATEWAY_KEY } from '../../support/redeem.ts';
import { type RedeemStub, startRedeemStub } from '../../support/redeem-stub.ts';

type Target = Parameters<Gateway['protect']>[1];

/** One step that throws: the target, the options or the code in front of the gateway. */
interface Step {
  readonly target: Target;
  readonly options?: ProtectOptions;
  readonly audience?: () => string;
  readonly framework?: (request: IncomingMessage) => void;
  /** The status of the response to a good ticket; 101 where the connection closes after the handshake. */
  readonly status: 101 | 503;
}

let value: unknown;
const raise = (): never => {
  throw value;
};
const webSocketServer = () => new WebSocketServer({ noServer: true });
const lazyThrow = async () => raise();
const hidden = (name: string) => (request: IncomingMessage) =>
  void Object.defineProperty(request, name, { get: raise, configurable: true });

const STEPS: Readonly<Record<string, () => Step>> = {
  'the audience function': () => ({ target: webSocketServer(), audience: raise, status: 503 }),
  'the target function': () => ({ target: raise, status: 503 }),
  'the async target function': () => ({ target: lazyThrow, status: 503 }),
  'the thenable that the target function returns': () => ({ target: () => thenable(raise), status: 503 }),
  'handleUpgrade()': () => ({ target: { handleUpgrade: raise, emit: () => true }, status: 503 }),
  'handleUpgrade() for a refusal': () => ({
    target: { handleUpgrade: raise, emit: () => true },
    options: { refuse: 'close' },
    audience: raise,
    status: 503,
  }),
  'a "headers" listener': () => ({ target: webSocketServer().on('headers', raise), status: 503 }),
  'a "connection" listener': () => ({ target: webSocketServer().on('connection', raise), status: 101 }),
  'request.headers': () => ({ target: webSocketServer(), framework: hidden('headers'), status: 503 }),
  'request.url': () => ({ target: webSocketServer(), framework: hidden('url'), status: 503 }),
  'request.rawHeaders': () => ({ target: webSocketServer(), framework: hidden('rawHeaders'), status: 503 }),
};

describe('ticketd/gateway protect() when a step throws', () => {
  let ticketd: RedeemStub;
  before(async () => {
    ticketd = await startRedeemStub();
  });
  after(() => ticketd.stop());

  for (const [what, step] of Object.entries(STEPS))
    it(`admits no client when ${what} throws any value, and reports it`, async () => {
      const { target, options, audience, framework, status } = step();
      const events: GatewayEvent[] = [];
      const redeem = { url: ticketd.url, key: GATEWAY_KEY };
      const gateway = createGateway({ redeem, onEvent: (event) => events.push(event), ...(audience && { audience }) });
      const server = createServer();
      gateway.protect(server, target, { upgradeTimeoutMs: 5000, ...options });
      if (framework) server.prependListener('upgrade', framework);
      const url = `http://127.0.0.1:${await listen(server)}`;
      for (const [name, hostile] of Object.entries(hostileValues())) {
        value = hostile;
        const answer = await talk(url, upgradeRequest(`/?ticket=${ticketd.issue()}`));
        expect(answer, name).to.match(new RegExp(`^HTTP/1.1 ${status} `));
        if (status === 503) expect(answer, name).to.match(/"errorCode":"WS_TICKET_(OUTCOME_UNKNOWN|REDIS_NOT_READY)"/);
        expect(
          events.splice(0).filter(({ level }) => level === 'error'),
          name,
        ).not.to.deep.equal([]);
      }
      server.close();
      await gateway.close();
    });
});
