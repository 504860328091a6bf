// Loaded by NODE_OPTIONS=--import into the process under test, to bring about the error that nobody foresaw.
process.on('SIGUSR2', () => {
  throw new Error('a seeded fault');
});
