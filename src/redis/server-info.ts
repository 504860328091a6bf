/** What a Redis server says of itself, as far as it may be asked. */
export interface ServerInfo {
  readonly version: string | undefined;
  readonly role: string | undefined;
  readonly evictionPolicy: string | undefined;
  readonly maxMemoryBytes: number;
  readonly appendOnly: boolean;
}

const OLDEST = [6, 2] as const;

/** Reads the reply of INFO. */
export const parseInfo = (reply: string): ServerInfo => {
  const values = new Map(
    reply.split('\r\n').map((line) => {
      const [name = '', ...value] = line.split(':');
      return [name, value.join(':')] as const;
    }),
  );
  return {
    version: values.get('valkey_version') ?? values.get('redis_version'),
    role: values.get('role'),
    evictionPolicy: values.get('maxmemory_policy'),
    maxMemoryBytes: Number(values.get('maxmemory') ?? 0),
    appendOnly: values.get('aof_enabled') === '1',
  };
};

/** GETDEL, without which a ticket could be redeemed twice, came with 6.2. */
export const isTooOld = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
};

/** Settings under which tickets can get lost or come back. */
export const warningsOf = ({ evictionPolicy, maxMemoryBytes, appendOnly }: ServerInfo): readonly string[] => [
  ...(evictionPolicy !== undefined && evictionPolicy !== 'noeviction' && maxMemoryBytes > 0
    ? [`maxmemory-policy is ${evictionPolicy}: a full memory drops live tickets; set noeviction`]
    : []),
  ...(appendOnly
    ? [
        'appendonly is on: a restart can bring back tickets spent since the last fsync; appendonly no loses them all, which is safe',
      ]
    : []),
];
