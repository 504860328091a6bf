// Loaded by NODE_OPTIONS=--require into the process under test: a library that prints, and warnings of Node.js.

// In the turn in which the command begins to run and reads its arguments.
process.argv.slice = (...range) => {
  process.emitWarning('seeded early');
  return [...process.argv].slice(...range);
};

process.on('SIGUSR2', () => {
  console.error('[lib] seeded: %s', 'redis://user:right-horse-7@redis', new Error('seeded error'));
  console.warn(Object.assign(new Error('seeded fields'), { command: { args: ['right-horse-7'] } }));
  console.log('seeded\n    at file.js:1:2\nlines');
  for (let i = 0; i < 100; i += 1) console.info('seeded again and again');
  process.emitWarning('seeded', 'DeprecationWarning', 'DEP0999');
});
