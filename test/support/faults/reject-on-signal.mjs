// Loaded by NODE_OPTIONS=--import into the process under test: a promise whose rejection nobody handles.
process.on('SIGUSR2', () => {
  void Promise.reject(new Error('a seeded fault'));
});
