/** The problems of a named object, in words; empty if there are none. */
export type Rule<T> = (subject: T) => readonly string[];

export interface TaskDefinition {
  readonly ContainerDefinitions: readonly Container[];
}

export interface Container {
  readonly Name: string;
  readonly HealthCheck?: Readonly<Record<'Interval' | 'Timeout' | 'Retries' | 'StartPeriod', number>> & {
    readonly Command: readonly string[];
  };
  readonly DependsOn?: readonly { readonly ContainerName: string; readonly Condition: string }[];
  readonly StartTimeout?: number;
  readonly StopTimeout?: number;
  readonly Environment?: readonly { readonly Name: string; readonly Value: string }[];
  readonly Secrets?: readonly { readonly Name: string; readonly ValueFrom: string }[];
  readonly ReadonlyRootFilesystem?: boolean;
  readonly LinuxParameters?: { readonly InitProcessEnabled?: boolean };
  readonly LogConfiguration?: { readonly Options: Readonly<Record<string, string>> };
}

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
const LIMITS = { Interval: [5, 300], Timeout: [2, 60], Retries: [1, 10], StartPeriod: [0, 300] } as const;
// Fargate's: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
const MAX_TIMEOUT_SECONDS = 120;

export const containerRules: Rule<TaskDefinition> = ({ ContainerDefinitions: containers }) =>
  containers.flatMap((container) =>
    [
      ...healthCheckRules(container),
      ...dependencyRules(container, containers),
      ...timeoutRules(container),
      ...hardeningRules(container),
      ...logRules(container),
    ].map((problem) => `${container.Name}: ${problem}`),
  );

const healthCheckRules: Rule<Container> = ({ HealthCheck: check }) => {
  if (check === undefined) return ['no health check: ECS ignores the one of the image'];
  const beyond = Object.entries(LIMITS)
    .filter(
      ([name, [min, max]]) => !(check[name as keyof typeof LIMITS] >= min && check[name as keyof typeof LIMITS] <= max),
    )
    .map(([name, [min, max]]) => `${name} is not from ${min} to ${max}`);
  return [
    ...beyond,
    ...(check.Timeout > check.Interval ? ['Timeout is longer than Interval'] : []),
    ...(/^CMD(-SHELL)?$/.test(check.Command[0] ?? '') ? [] : ['Command begins with neither CMD nor CMD-SHELL']),
  ];
};

const dependencyRules = ({ Name, DependsOn = [] }: Container, all: readonly Container[]): readonly string[] =>
  DependsOn.flatMap(({ ContainerName, Condition }) => {
    const dependency = all.find((container) => container.Name === ContainerName && ContainerName !== Name);
    if (dependency === undefined) return [`depends on ${ContainerName}, which is not there`];
    return Condition === 'HEALTHY' && dependency.HealthCheck === undefined
      ? [`waits for ${ContainerName} to be healthy, which has no health check`]
      : [];
  });

const timeoutRules: Rule<Container> = ({ StartTimeout = 0, StopTimeout }) => [
  ...(StartTimeout > MAX_TIMEOUT_SECONDS ? ['StartTimeout is above 120'] : []),
  ...(StopTimeout === undefined || StopTimeout < 2 || StopTimeout > MAX_TIMEOUT_SECONDS
    ? ['StopTimeout is not from 2 to 120']
    : []),
];

const hardeningRules: Rule<Container> = ({ ReadonlyRootFilesystem, LinuxParameters, Environment = [] }) => [
  ...(ReadonlyRootFilesystem === true ? [] : ['the root file system can be written']),
  ...(LinuxParameters?.InitProcessEnabled === true ? [] : ['no init process']),
  ...Environment.filter(
    ({ Name, Value }) => /SECRET(?!_ENCODING)|KEY|PASSWORD|TOKEN/.test(Name) || /:\/\/[^/]*@/.test(Value),
  ).map(({ Name }) => `${Name} is a secret in plain text`),
];

const logRules: Rule<Container> = ({ LogConfiguration }) =>
  ['mode', 'max-buffer-size', 'awslogs-group', 'awslogs-region', 'awslogs-stream-prefix']
    .filter((option) => LogConfiguration?.Options[option] === undefined)
    .map((option) => `the log driver's ${option} is not given`);
