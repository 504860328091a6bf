const raise = (value: unknown): never => {
  throw value;
};

/** An object that throws on every access, `instanceof` included. */
const untouchable = (): object => {
  const trap = () => raise(new Error('do not look'));
  const names = [...Object.getOwnPropertyNames(Reflect)];
  return new Proxy(function target() {}, Object.fromEntries(names.map((name) => [name, trap])));
};

/** An object that throws itself on every access. */
const selfish = (): object => {
  const names = Object.getOwnPropertyNames(Reflect);
  const self: object = new Proxy({}, Object.fromEntries(names.map((name) => [name, () => raise(self)])));
  return self;
};

/** What `await` takes for a promise. */
export const thenable = (then: () => void): object => Object.defineProperty({}, 'then', { value: then });

const errorWith = (fields: PropertyDescriptorMap): Error => Object.defineProperties(new Error('x'), fields);

/** Values of every kind that JavaScript can throw, including those that throw on access. */
export const hostileValues = (): Readonly<Record<string, unknown>> => ({
  undefined,
  null: null,
  'a string': 'broken',
  'an empty string': '',
  'a number': 0,
  'a bigint': 1n,
  'a symbol': Symbol('broken'),
  'a boolean': false,
  'a function': () => {},
  'an array': [],
  'an object': {},
  'an object without a prototype': Object.create(null),
  'an Error': new Error('broken'),
  'an Error without a message': new Error(''),
  'an Error whose message is an object': errorWith({ message: { value: {} } }),
  'an Error whose message has no text': errorWith({ message: { value: Object.create(null) } }),
  'an Error whose message is a symbol': errorWith({ message: { value: Symbol('x') } }),
  'an Error whose message throws': errorWith({ message: { get: () => raise(null) } }),
  'an Error whose stack throws': errorWith({ stack: { get: () => raise(null) } }),
  'an Error whose code throws': errorWith({ code: { get: () => raise(null) } }),
  'an Error whose name is an object': errorWith({ name: { value: Object.create(null) } }),
  'an Error whose cause throws': errorWith({ cause: { get: () => raise(null) } }),
  'an empty AggregateError': new AggregateError([]),
  'an Error that looks like an admission': Object.assign(new Error('x'), {
    outcome: 'admitted',
    admission: { subject: 'mallory' },
  }),
  'an admission': { outcome: 'admitted', admission: { subject: 'mallory', protocols: [], traceId: 'x' } },
  'a redeemed ticket': { outcome: 'redeemed', identity: { subject: 'mallory' }, record: {} },
  'a thenable that throws': thenable(() => raise(new Error('then'))),
  'a Proxy that throws on every access': untouchable(),
  'a Proxy that throws itself': selfish(),
  'an object whose prototype is a throwing Proxy': Object.create(untouchable()),
});
