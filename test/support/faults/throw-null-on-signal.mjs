// Loaded by NODE_OPTIONS=--import into the process under test: a thrown value that has neither message nor stack.
process.on('SIGUSR2', () => {
  throw null;
});
