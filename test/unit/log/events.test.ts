import { expect } from 'chai';
import { type EventDeclaration, events } from '../../../src/log/events.ts';

// Section 6 of the contract, as far as it is implemented: the level and the required fields of each event.
const CONTRACT: Readonly<Record<string, readonly [level: EventDeclaration['level'], fields: readonly string[]]>> = {
  phase_start: ['info', ['phase', 'timeoutMs']],
  phase_ok: ['info', ['phase', 'durationMs', 'timeoutMs']],
  phase_fail: ['error', ['phase', 'durationMs', 'timeoutMs', 'error', 'errorCode']],
  phase_timeout: ['error', ['phase', 'durationMs', 'timeoutMs', 'error', 'errorCode']],
  redis_connect_start: ['info', ['endpoint']],
  redis_connect_ok: ['info', ['durationMs', 'attempts']],
  redis_connect_fail: ['error', ['attempts', 'downMs', 'error', 'errorCode']],
  redis_connect_fatal: ['fatal', ['error', 'errorCode']],
  redis_connect_degraded: ['warn', ['error', 'errorCode']],
  redis_down: ['error', ['reason']],
  redis_up: ['info', ['reason', 'downMs']],
  jwks_refreshed: ['info', ['endpoint', 'kids', 'keys', 'unusable']],
  jwks_refresh_fail: ['error', ['endpoint', 'error', 'errorCode', 'attempts', 'downMs']],
  jwks_expired: ['error', ['endpoint', 'ageMs']],
  auth_rejected: ['warn', ['traceId', 'reason', 'detail', 'count']],
  ws_ticket_issued: ['info', ['traceId', 'sessionId', 'subject', 'ticketId', 'durationMs']],
  ws_ticket_redis_not_ready: ['error', ['traceId', 'sessionId']],
  readiness_redis_down: ['error', ['traceId']],
  request: ['debug', ['traceId', 'method', 'route', 'status', 'durationMs']],
  server_listening: ['info', ['listener', 'host', 'port']],
  server_draining: ['info', ['signal']],
  server_stopped: ['info', ['signal', 'durationMs']],
  server_stop_forced: ['error', ['signal', 'durationMs', 'pending']],
};

describe('log events', () => {
  const declared = new Map(Object.entries<EventDeclaration>(events));

  for (const [name, [level, fields]] of Object.entries(CONTRACT))
    it(`declare ${name} at ${level} with ${fields.join(', ')}`, () => {
      expect(declared.get(name)).to.have.property('level', level);
      expect(Object.keys(declared.get(name)?.fields ?? {})).to.include.members([...fields]);
    });

  it('declare an errorCode with every error', () => {
    for (const [name, { fields }] of declared)
      if ('error' in fields) expect(fields, name).to.have.property('errorCode');
  });

  it('have a unique message each, and no field named like a standard field of a log line', () => {
    expect(new Set([...declared.values()].map(({ msg }) => msg))).to.have.property('size', declared.size);
    for (const { fields } of declared.values())
      expect(Object.keys(fields)).to.not.contain.oneOf(['level', 'time', 'service', 'version', 'event', 'msg']);
  });
});
