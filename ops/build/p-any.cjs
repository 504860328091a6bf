'use strict';

/**
 * In place of p-any, which koa-jwt asks for the one of its keys that fits: it makes promises that can be cancelled, which
 * nobody cancels, and takes longer over it than the signature does. Like koa-jwt it ends with the first key's error.
 */
module.exports = (verifications) =>
  verifications.length === 1
    ? verifications[0]
    : Promise.any(verifications).catch(({ errors: [first] }) => {
        throw first;
      });

module.exports.AggregateError = AggregateError;
