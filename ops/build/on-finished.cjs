'use strict';

/**
 * In place of on-finished, by which Koa learns that an answer has ended: it listens to four events of the answer and its
 * connection, where Node.js has told of either by one of them since version 12.
 */
module.exports = (response, listener) => {
  if (response.closed) setImmediate(listener, null, response);
  else response.once('close', () => listener(null, response));
};
