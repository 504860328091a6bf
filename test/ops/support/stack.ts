import { inForce, problemsOf, type Values } from './parameters.ts';
import { resolve, type Scope } from './resolve.ts';
import { type Resource, readTemplate, type Template } from './template.ts';

/** The resources that a template creates for its parameters, with plain values. */
export interface Stack {
  readonly resources: Resources;
  readonly outputs: Values;
}

export type Resources = Readonly<Record<string, Resource>>;

export const PSEUDO: Values = {
  'AWS::Region': 'eu-west-1',
  'AWS::AccountId': '123456789012',
  'AWS::Partition': 'aws',
  'AWS::StackName': 'stack',
  'AWS::URLSuffix': 'amazonaws.com',
};

/** Resolves a template of ops/deploy/ecs and its nested templates, each under its own name. Throws on a bad parameter. */
export const deploy = (file: string, given: Values): Stack => deployTemplate(readTemplate(file), file, given);

export const deployTemplate = (template: Template, file: string, given: Values): Stack => {
  const problems = problemsOf(template, given);
  if (problems.length > 0) throw new Error(`${file}: ${problems.join('; ')}`);
  const nested = new Map<string, Stack>();
  const scope = scopeOf(template, inForce(template, given), (id) => nestedStack(id));
  const broken = brokenRules(template, scope);
  if (broken.length > 0) throw new Error(`${file}: ${broken.join('; ')}`);

  const nestedStack = (id: string): Stack => {
    const stack = nested.get(id) ?? deployNested(template.Resources[id], scope);
    nested.set(id, stack);
    return stack;
  };

  const own = Object.entries(template.Resources).filter(
    ([, { Condition }]) => Condition === undefined || scope.condition(Condition),
  );
  const resources = own.flatMap(([id, resource]): [string, Resource][] =>
    isNested(resource)
      ? Object.entries(nestedStack(id).resources).map(([inner, made]) => [`${id}.${inner}`, made])
      : [[id, { ...resource, Properties: resolve(resource.Properties, scope) as Resource['Properties'] }]],
  );
  return { resources: Object.fromEntries(resources), outputs: outputsOf(template, scope) };
};

const brokenRules = ({ Rules = {} }: Template, scope: Scope): readonly string[] =>
  Object.values(Rules)
    .flatMap(({ Assertions }) => Assertions)
    .filter(({ Assert }) => resolve(Assert, scope) !== true)
    .map(({ AssertDescription }) => AssertDescription);

const isNested = ({ Type }: Resource): boolean => Type === 'AWS::CloudFormation::Stack';

const deployNested = (resource: Resource | undefined, scope: Scope): Stack => {
  const { TemplateURL, Parameters = {} } = resource?.Properties ?? {};
  return deploy(String(TemplateURL), resolve(Parameters, scope) as Values);
};

const outputsOf = ({ Outputs = {} }: Template, scope: Scope): Values =>
  Object.fromEntries(Object.entries(Outputs).map(([name, { Value }]) => [name, resolve(Value, scope)]));

/** A reference to a resource resolves to `<Id>`, to its attribute `<Id.Name>`. */
const scopeOf = (template: Template, values: Values, nestedStack: (id: string) => Stack): Scope => {
  const known = (id: string): Resource => {
    const resource = template.Resources[id];
    if (resource === undefined) throw new Error(`no such parameter or resource: ${id}`);
    return resource;
  };
  const scope: Scope = {
    ref: (name) => {
      if (name in values) return values[name];
      if (name in PSEUDO) return PSEUDO[name];
      return named(known(name), name, scope);
    },
    attribute: (id, name) => {
      if (!isNested(known(id))) return named(known(id), `${id}.${name}`, scope);
      const output = nestedStack(id).outputs[name.replace(/^Outputs\./, '')];
      if (output === undefined) throw new Error(`${id} has no ${name}`);
      return output;
    },
    condition: (name) => resolve(template.Conditions?.[name], scope) === true,
  };
  return scope;
};

// In the format of real values, so that they can be checked by the constraints of parameters.
const SHAPES: Readonly<Record<string, (name: string) => string>> = {
  'AWS::ECS::TaskDefinition': () => 'arn:aws:ecs:eu-west-1:123456789012:task-definition/ticketd:1',
  'AWS::SNS::Topic': (name) => `arn:aws:sns:eu-west-1:123456789012:${name}`,
  'AWS::SecretsManager::Secret': (name) => `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}`,
  'AWS::ApplicationAutoScaling::ScalingPolicy': (name) => `arn:aws:autoscaling:eu-west-1:123456789012:policy:${name}`,
  'AWS::ElastiCache::ReplicationGroup': (name) => name.toLowerCase().replace(/\W/g, '-'),
  'AWS::ElasticLoadBalancingV2::TargetGroup': (name) =>
    name.endsWith('FullName')
      ? 'targetgroup/ticketd/0123456789abcdef'
      : 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/ticketd/0123456789abcdef',
  'AWS::ElasticLoadBalancingV2::LoadBalancer': () => 'app/ticketd/0123456789abcdef',
};

const named = ({ Type, Properties }: Resource, name: string, scope: Scope): string => {
  const given = Properties.LogGroupName ?? Properties.ServiceName;
  if (given !== undefined && Type !== 'AWS::Logs::MetricFilter') return String(resolve(given, scope));
  return SHAPES[Type]?.(name) ?? `<${name}>`;
};
