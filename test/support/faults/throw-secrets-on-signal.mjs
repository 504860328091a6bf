// Loaded by NODE_OPTIONS=--import into the process under test: an error that nobody catches, and that bears secrets in
// each of the ways in which the libraries' errors do.
const { JWT_SECRET, GATEWAY_KEYS, REDIS_URL, TOLD_JWT, TOLD_TICKET } = process.env;

process.on('SIGUSR2', () => {
  const cause = new Error(`Bearer ${TOLD_JWT}`);
  const error = new Error(`GET /ws?ticket=${TOLD_TICKET} with ${TOLD_JWT} by ${REDIS_URL}`, { cause });
  // As ioredis has it where a command fails.
  throw Object.assign(error, { command: { name: 'auth', args: [JWT_SECRET, GATEWAY_KEYS] } });
});
