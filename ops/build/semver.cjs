'use strict';

/** In place of semver, by which jsonwebtoken learns three times that Node.js is not older than 17; here it never is. */
exports.satisfies = () => true;
