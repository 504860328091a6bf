import { connect } from 'node:tls';
import { describeError } from '../log/describe-error.ts';
import { type RedisAccess, singleOptions } from './options.ts';
import { hasNoReason, isTlsFailure } from './redis-errors.ts';

/**
 * Why the server ends every TLS connection, if it says so; `undefined` otherwise. Connects once more and only listens: with
 * TLS 1.3 the server refuses a client certificate, or the lack of one, after the client may write, and the reset that
 * answers such a write can hide the reason.
 */
export const tlsAlertOf = (access: RedisAccess, error: unknown): Promise<unknown> => {
  const { tls, host = '', port, connectTimeout } = singleOptions(access);
  if (tls === undefined || !hasNoReason(error, { afterReply: true })) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const socket = connect({ ...tls, host, port, timeout: connectTimeout });
    const settle = (cause?: unknown) => {
      socket.destroy();
      resolve(isTlsFailure(describeError(cause).errorCode) ? cause : undefined);
    };
    socket.on('error', settle);
    // A session ticket: the server has accepted the client.
    for (const event of ['session', 'timeout', 'close']) socket.once(event, () => settle());
    socket.resume();
  });
};
