/** What intrinsic functions refer to. */
export interface Scope {
  ref(name: string): unknown;
  attribute(id: string, name: string): unknown;
  condition(name: string): boolean;
}

type Args = readonly unknown[];
type Intrinsic = (argument: unknown, scope: Scope) => unknown;

const NO_VALUE = Symbol('AWS::NoValue');

/** Replaces all intrinsic functions by their values; throws on an unknown one. */
export const resolve = (value: unknown, scope: Scope): unknown => {
  if (Array.isArray(value)) return value.map((item) => resolve(item, scope)).filter((item) => item !== NO_VALUE);
  if (typeof value !== 'object' || value === null) return value;
  const [[name, argument] = ['', undefined], ...others] = Object.entries(value);
  if (others.length === 0 && /^(Fn::.*|Ref|Condition)$/.test(name)) return intrinsic(name)(argument, scope);
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, resolve(item, scope)])
      .filter(([, item]) => item !== NO_VALUE),
  );
};

const intrinsic = (name: string): Intrinsic => {
  const found = intrinsics[name];
  if (found === undefined) throw new Error(`no such function: ${name}`);
  return found;
};

const listOf = (argument: unknown, scope: Scope): Args => resolve(argument, scope) as Args;

const substitute = (argument: unknown, scope: Scope): string => {
  const [text, own = {}] = (Array.isArray(argument) ? argument : [argument]) as [string, Record<string, unknown>?];
  return text.replace(/\$\{([^!}][^}]*)\}/g, (_all, name: string) => {
    if (name in own) return String(resolve(own[name], scope));
    const [id = '', ...path] = name.split('.');
    return String(path.length === 0 ? scope.ref(id) : scope.attribute(id, path.join('.')));
  });
};

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: (name, scope) => (name === 'AWS::NoValue' ? NO_VALUE : scope.ref(String(name))),
  Condition: (name, scope) => scope.condition(String(name)),
  'Fn::Sub': substitute,
  'Fn::GetAtt': (argument, scope) => {
    const [id, ...path] = argument as [string, ...string[]];
    return scope.attribute(id, path.join('.'));
  },
  'Fn::If': (argument, scope) => {
    const [name, then, otherwise] = argument as [string, unknown, unknown];
    const chosen = resolve([scope.condition(name) ? then : otherwise], scope) as Args;
    return chosen.length === 0 ? NO_VALUE : chosen[0];
  },
  'Fn::Equals': (argument, scope) => {
    const [one, other] = listOf(argument, scope);
    return String(one) === String(other);
  },
  'Fn::Not': (argument, scope) => listOf(argument, scope)[0] === false,
  'Fn::And': (argument, scope) => listOf(argument, scope).every((item) => item === true),
  'Fn::Or': (argument, scope) => listOf(argument, scope).some((item) => item === true),
  'Fn::Join': (argument, scope) => {
    const [between, items] = listOf(argument, scope) as [string, unknown];
    // A list parameter is passed on as text with commas.
    return (Array.isArray(items) ? items : String(items).split(',')).join(between);
  },
};
