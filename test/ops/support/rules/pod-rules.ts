import type { IDeployment } from 'kubernetes-models/apps/v1';
import type { Rule } from './container-rules.ts';

/** The deadlines of ticketd, in milliseconds. */
export interface Deadlines {
  readonly startupMs: number;
  readonly shutdownMs: number;
}

type Pod = NonNullable<NonNullable<IDeployment['spec']>['template']['spec']>;
type Container = Pod['containers'][number];
type Probe = NonNullable<Container['livenessProbe']>;

const SECONDS = 1000;

/** Settings that Kubernetes accepts but ticketd must not run with. */
export const podRules =
  ({ startupMs, shutdownMs }: Deadlines): Rule<IDeployment> =>
  ({ spec }) => {
    const pod = spec?.template.spec;
    const [container] = pod?.containers ?? [];
    if (spec === undefined || !pod || !container) return ['no container'];
    return [
      ...((pod.terminationGracePeriodSeconds ?? 30) * SECONDS > shutdownMs
        ? []
        : ['is killed before its shutdown deadline']),
      ...(container.lifecycle?.preStop ? ['has a preStop, while it drains by itself'] : []),
      ...(spec.strategy?.rollingUpdate?.maxUnavailable === 0 ? [] : ['stops a pod before its replacement is ready']),
      ...((spec.replicas ?? 1) > 1 ? [] : ['has a single replica']),
      ...probeRules(container, startupMs),
      ...hardeningRules(pod, container),
      ...resourceRules(container),
      ...secretRules(pod, container),
      ...imageRules(container),
    ];
  };

const probeRules = (container: Container, startupMs: number): readonly string[] => {
  const { startupProbe, readinessProbe, livenessProbe } = container;
  const patience = (startupProbe?.periodSeconds ?? 10) * (startupProbe?.failureThreshold ?? 3) * SECONDS;
  return [
    ...probeRule('startup', '/health', startupProbe),
    ...probeRule('readiness', '/ready', readinessProbe),
    ...probeRule('liveness', '/health', livenessProbe),
    ...(patience > startupMs ? [] : ['is killed before its startup deadline']),
  ];
};

const probeRule = (name: string, path: string, probe: Probe | undefined): readonly string[] => [
  ...(probe?.httpGet?.path === path ? [] : [`${name} does not ask ${path}`]),
  ...(probe?.httpGet?.port === 'public' ? [] : [`${name} does not ask the public listener`]),
  ...((probe?.timeoutSeconds ?? 1) <= (probe?.periodSeconds ?? 10) ? [] : [`${name} takes longer than its period`]),
];

const hardeningRules = (pod: Pod, { securityContext: rights }: Container): readonly string[] => [
  ...(pod.securityContext?.runAsNonRoot === true ? [] : ['may run as root']),
  // A numeric user: Kubernetes cannot check whether a name is root's.
  ...((pod.securityContext?.runAsUser ?? 0) > 0 ? [] : ['has no numeric user']),
  ...(pod.securityContext?.seccompProfile?.type === 'RuntimeDefault' ? [] : ['may make every system call']),
  ...(rights?.allowPrivilegeEscalation === false ? [] : ['may gain privileges']),
  ...(rights?.readOnlyRootFilesystem === true ? [] : ['may write to its root file system']),
  ...(rights?.capabilities?.drop?.includes('ALL') ? [] : ['keeps capabilities']),
  ...(pod.automountServiceAccountToken === false ? [] : ['has a token for the API']),
  ...(pod.enableServiceLinks === false ? [] : ["has other services' addresses in its environment"]),
];

const resourceRules: Rule<Container> = ({ resources }) => [
  ...(resources?.requests?.cpu && resources.requests.memory ? [] : ['has no CPU and memory requests']),
  ...(resources?.limits?.memory ? [] : ['has no memory limit']),
];

/** Secrets must be files in a Secret volume, never values in the manifest. */
const secretRules = ({ volumes = [] }: Pod, { env = [], volumeMounts = [] }: Container): readonly string[] => {
  const secrets = volumes.filter(({ secret }) => secret?.secretName);
  const names = secrets.map(({ name }) => name);
  const mounts = volumeMounts.filter(({ name, readOnly }) => names.includes(name) && readOnly);
  const readable = secrets.filter(({ secret }) => ((secret?.defaultMode ?? 0o644) & 0o007) !== 0);
  const problems = env.flatMap(({ name, value = '' }) => [
    ...(name.endsWith('_FILE') ? [] : [`${name} is written in the manifest`]),
    ...(mounts.some(({ mountPath }) => value.startsWith(`${mountPath}/`)) ? [] : [`${name} is not mounted`]),
  ]);
  return [...problems, ...readable.map(({ name }) => `anyone can read ${name}`)];
};

const imageRules: Rule<Container> = ({ image = '' }) =>
  /^[^\s:]+:(?!latest$)[\w.-]+$/.test(image) ? [] : ['has no image version'];
