// Loaded by NODE_OPTIONS=--import into the process under test: whatever prints its result fails.
process.stdout.write = () => {
  throw new Error('a seeded fault');
};
