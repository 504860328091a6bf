'use strict';

// biome-ignore lint/style/useNodejsImportProtocol: under the name with node: stands this file
exports.spawn = (...args) => require('child_process').spawn(...args);
