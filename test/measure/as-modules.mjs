// Has mocha import the tests, and through them src/, in place of requiring them: what is compiled in two ways has two
// sets of counts that do not add up.
Object.defineProperty(process.features, 'require_module', { value: false });
