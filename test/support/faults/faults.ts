type Fault =
  | 'reject-on-signal'
  | 'tell-secrets'
  | 'throw-null-on-signal'
  | 'throw-on-signal'
  | 'throw-on-write'
  | 'throw-secrets-on-signal';

/** The environment that seeds an error of our own making into the process under test. */
export const seeded = (fault: Fault): Record<string, string> => ({
  NODE_OPTIONS: `--import=${new URL(`${fault}.mjs`, import.meta.url)}`,
});
