import { type Manifests, ofKind } from '../kubernetes/manifest.ts';
import type { Rule } from './container-rules.ts';

type Labels = Readonly<Record<string, string>>;

/** Settings that Kubernetes accepts although they select nothing or expose too much. */
export const networkRules: Rule<Manifests> = (manifests) => [
  ...selectorRules(manifests),
  ...serviceRules(manifests),
  ...policyRules(manifests),
  ...budgetRules(manifests),
  ...monitorRules(manifests),
];

const fits = (selector: Labels | undefined, labels: Labels | undefined): boolean =>
  selector !== undefined &&
  Object.keys(selector).length > 0 &&
  Object.entries(selector).every(([name, value]) => labels?.[name] === value);

const podLabels = (manifests: Manifests): Labels | undefined =>
  ofKind(manifests, 'Deployment')[0]?.spec?.template.metadata?.labels;

const selectorRules: Rule<Manifests> = (manifests) => {
  const labels = podLabels(manifests);
  const selectors = [
    ...ofKind(manifests, 'Deployment').map(({ spec }) => ['Deployment', spec?.selector.matchLabels] as const),
    ...ofKind(manifests, 'Service').map(({ spec, metadata }) => [metadata?.name, spec?.selector] as const),
    ...ofKind(manifests, 'NetworkPolicy').map(({ spec }) => ['NetworkPolicy', spec?.podSelector?.matchLabels] as const),
    ...ofKind(manifests, 'PodDisruptionBudget').map(({ spec }) => ['budget', spec?.selector?.matchLabels] as const),
  ];
  return selectors.filter(([, selector]) => !fits(selector, labels)).map(([name]) => `${name} selects no pod`);
};

const serviceRules: Rule<Manifests> = (manifests) => {
  const containers = ofKind(manifests, 'Deployment').flatMap(({ spec }) => spec?.template.spec?.containers ?? []);
  const ports = containers.flatMap((container) => container.ports?.map(({ name }) => name) ?? []);
  return ofKind(manifests, 'Service').flatMap(({ metadata, spec }) => [
    ...(spec?.type === 'ClusterIP' ? [] : [`${metadata?.name} is open to outside the cluster`]),
    ...(spec?.ipFamilyPolicy === 'PreferDualStack' ? [] : [`${metadata?.name} may have one IP family only`]),
    ...(spec?.ports ?? [])
      .filter(({ targetPort }) => !ports.includes(String(targetPort)))
      .map(({ targetPort }) => `${metadata?.name} leads to ${targetPort}, which is not a port`),
    ...((spec?.ports ?? []).some(({ targetPort }) => targetPort === 'internal') &&
    metadata?.labels?.['app.kubernetes.io/component'] !== 'internal'
      ? [`${metadata?.name} leads to the internal listener`]
      : []),
  ]);
};

const policyRules: Rule<Manifests> = (manifests) => {
  const policies = ofKind(manifests, 'NetworkPolicy').filter(({ spec }) => spec?.policyTypes?.includes('Ingress'));
  if (policies.length === 0) return ['every port is open to all'];
  const ingress = policies.flatMap(({ spec }) => spec?.ingress ?? []);
  const open = ingress.filter(({ from }) => from === undefined || from.some(isAnybody));
  const reaches = (port: string) => open.some(({ ports }) => !ports || ports.some((one) => one.port === port));
  return [
    ...(reaches('internal') || reaches('3001') ? ['the internal port is open to all'] : []),
    ...(reaches('public') ? [] : ['the public port is closed']),
    ...(ingress.some(({ ports }) => ports?.some(({ port }) => port === 'internal'))
      ? []
      : ['the internal port is closed to gateways']),
  ];
};

interface Peer {
  readonly podSelector?: { readonly matchLabels?: Labels };
  readonly ipBlock?: object;
}

const isAnybody = ({ podSelector, ipBlock }: Peer): boolean =>
  ipBlock !== undefined || Object.keys(podSelector?.matchLabels ?? {}).length === 0;

const budgetRules: Rule<Manifests> = (manifests) => {
  const replicas = ofKind(manifests, 'Deployment')[0]?.spec?.replicas ?? 1;
  const budgets = ofKind(manifests, 'PodDisruptionBudget');
  if (budgets.length === 0) return ['all pods may be evicted at the same time'];
  return budgets
    .filter(({ spec }) => !(Number(spec?.minAvailable) >= 1 && Number(spec?.minAvailable) < replicas))
    .map(() => 'either no pod or every pod may be evicted');
};

const monitorRules: Rule<Manifests> = (manifests) =>
  ofKind(manifests, 'ServiceMonitor').flatMap(({ spec }) => {
    const found = ofKind(manifests, 'Service').filter(({ metadata }) =>
      fits(spec.selector.matchLabels, metadata?.labels),
    );
    const ports = new Set(found.flatMap(({ spec }) => spec?.ports?.map(({ name }) => name) ?? []));
    return [
      ...(found.length === 1 ? [] : ['the monitor does not select exactly one Service']),
      ...(spec.endpoints.every(({ port }) => port === 'internal' && ports.has(port))
        ? []
        : ['the monitor does not ask the internal listener']),
      ...found
        .filter(({ metadata }) => metadata?.labels?.[spec.jobLabel ?? ''] !== 'ticketd')
        .map(() => 'the job is not called ticketd'),
    ];
  });
