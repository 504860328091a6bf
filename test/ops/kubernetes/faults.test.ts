import { expect } from 'chai';
import { type Manifests, ofKind } from '../support/kubernetes/manifest.ts';
import { manifestsIn, schemaErrors } from '../support/kubernetes/schema.ts';
import { deadlines, shipped } from '../support/kubernetes/shipped.ts';
import { networkRules } from '../support/rules/network-rules.ts';
import { podRules } from '../support/rules/pod-rules.ts';

/** A part of the manifests, the fault that replaces it, and the expected message. */
type Fault = readonly [original: string | RegExp, fault: string, found: string];

const faulty = (original: string | RegExp, fault: string): Manifests => {
  const text = shipped.replace(original, fault);
  if (text === shipped) throw new Error(`nowhere in the manifests: ${original}`);
  return manifestsIn(text);
};

const titleOf = ([, fault, found]: Fault): string =>
  `report "${found}" for ${fault.trim() || 'a removed setting'}`.replaceAll('\n', ' ');

describe('Kubernetes manifest checks: schemas', () => {
  const faults: readonly Fault[] = [
    ['readinessProbe:', 'readinessprobe:', 'readinessprobe'],
    ['spec:\n  replicas: 2', 'replicas: 2\nspec:', 'replicas'],
    ['containerPort: 3000', "containerPort: '3000'", 'containerPort'],
    ['memory: 512Mi', 'memory: 512 MB', 'quantity'],
    ['policy/v1', 'policy/v1beta1', 'policy/v1beta1'],
    ['type: ClusterIP', 'type: ClusterIp', 'ClusterIp'],
    ['kind: NetworkPolicy', 'kind: NetworkPolicies', 'NetworkPolicies'],
    ['interval: 15s', 'interval: 15 s', 'interval'],
    ['jobLabel:', 'joblabel:', 'joblabel'],
  ];
  for (const fault of faults)
    it(titleOf(fault), async () => {
      expect(await schemaErrors(faulty(fault[0], fault[1]))).to.contain(fault[2]);
    });
});

describe('Kubernetes manifest checks: pod rules', () => {
  const faults: readonly Fault[] = [
    [
      'terminationGracePeriodSeconds: 30',
      'terminationGracePeriodSeconds: 25',
      'is killed before its shutdown deadline',
    ],
    ['NODE_ENV: production', 'SHUTDOWN_TIMEOUT_MS: "40000"', 'is killed before its shutdown deadline'],
    ['NODE_ENV: production', 'STARTUP_TIMEOUT_MS: "60000"', 'is killed before its startup deadline'],
    ['failureThreshold: 30', 'failureThreshold: 20', 'is killed before its startup deadline'],
    [
      /(?=\n +ports:\n +- \{ name: public, c)/,
      '\n          lifecycle: { preStop: { sleep: { seconds: 5 } } }',
      'has a preStop, while it drains by itself',
    ],
    ['maxUnavailable: 0', 'maxUnavailable: 1', 'stops a pod before its replacement is ready'],
    ['replicas: 2', 'replicas: 1', 'has a single replica'],
    ['path: /ready', 'path: /health', 'readiness does not ask /ready'],
    [/path: \/health(?=, port: public \}\n +periodSeconds: 10)/, 'path: /ready', 'liveness does not ask /health'],
    ['path: /health', 'path: /healthz', 'startup does not ask /health'],
    ['path: /ready, port: public', 'path: /ready, port: internal', 'readiness does not ask the public listener'],
    ['path: /ready, port: public', 'path: /ready, port: 8080', 'readiness does not ask the public listener'],
    ['periodSeconds: 5', 'periodSeconds: 2', 'readiness takes longer than its period'],
    ['runAsNonRoot: true', 'runAsNonRoot: false', 'may run as root'],
    [/ +runAsUser: 1000\n/, '', 'has no numeric user'],
    ['RuntimeDefault', 'Unconfined', 'may make every system call'],
    ['allowPrivilegeEscalation: false', 'allowPrivilegeEscalation: true', 'may gain privileges'],
    [/ +readOnlyRootFilesystem: true\n/, '', 'may write to its root file system'],
    ['drop: [ALL]', 'drop: [NET_RAW]', 'keeps capabilities'],
    [/ +automountServiceAccountToken: false\n/, '', 'has a token for the API'],
    [/ +enableServiceLinks: false\n/, '', "has other services' addresses in its environment"],
    ['cpu: 100m, ', '', 'has no CPU and memory requests'],
    [/ +limits: .*\n/, '', 'has no memory limit'],
    ['JWT_SECRET_FILE, value: /run/secrets/ticketd', 'JWT_SECRET, value: x', 'JWT_SECRET is written in the manifest'],
    ['mountPath: /run/secrets/ticketd', 'mountPath: /secrets', 'JWT_SECRET_FILE is not mounted'],
    [/secret: \{ secretName.*/, 'emptyDir: {}', 'JWT_SECRET_FILE is not mounted'],
    ['defaultMode: 288', 'defaultMode: 420', 'anyone can read secrets'],
    ['ticketd:0.1.0', 'ticketd:latest', 'has no image version'],
    ['ticketd:0.1.0', 'ticketd', 'has no image version'],
  ];
  for (const fault of faults)
    it(titleOf(fault), async () => {
      const manifests = faulty(fault[0], fault[1]);
      const rules = podRules(await deadlines(manifests));
      expect(ofKind(manifests, 'Deployment').flatMap(rules)).to.include(fault[2]);
    });
});

describe('Kubernetes manifest checks: network rules', () => {
  const faults: readonly Fault[] = [
    [/(?<=matchLabels: )\{ app.kubernetes.io\/name: ticketd \}/, '{ app: ticketd }', 'Deployment selects no pod'],
    ['selector: { app.kubernetes.io/name: ticketd }', 'selector: { app: ticketd }', 'ticketd selects no pod'],
    [/(?<=podSelector:\n +matchLabels: )\{.*\}/, '{ app: ticketd }', 'NetworkPolicy selects no pod'],
    [/(?<=minAvailable: 1\n +selector:\n +matchLabels: )\{.*\}/, '{ app: ticketd }', 'budget selects no pod'],
    ['type: ClusterIP', 'type: NodePort', 'ticketd is open to outside the cluster'],
    [/ +ipFamilyPolicy: .*\n/, '', 'ticketd may have one IP family only'],
    ['PreferDualStack', 'SingleStack', 'ticketd may have one IP family only'],
    ['targetPort: public', 'targetPort: http', 'ticketd leads to http, which is not a port'],
    ['targetPort: public', 'targetPort: internal', 'ticketd leads to the internal listener'],
    ['policyTypes: [Ingress]', 'policyTypes: [Egress]', 'every port is open to all'],
    [/(?<=port: internal \}\])\n +from:[\s\S]*?(?=---)/, '\n', 'the internal port is open to all'],
    [/podSelector:\n +matchLabels: \{ ticketd-gateway.*\n/, 'podSelector: {}\n', 'the internal port is open to all'],
    [
      /podSelector:\n +matchLabels: \{ ticketd-gateway.*\n/,
      'ipBlock: { cidr: 0.0.0.0/0 }\n',
      'the internal port is open to all',
    ],
    ['- ports: [{ port: public }]', '- {}', 'the internal port is open to all'],
    ['- ports: [{ port: public }]', '- ports: [{ port: 8080 }]', 'the public port is closed'],
    ['- ports: [{ port: internal }]', '- ports: [{ port: 8080 }]', 'the internal port is closed to gateways'],
    ['kind: PodDisruptionBudget', 'kind: ConfigMap', 'all pods may be evicted at the same time'],
    ['minAvailable: 1', 'minAvailable: 2', 'either no pod or every pod may be evicted'],
    ['minAvailable: 1', 'minAvailable: 0', 'either no pod or every pod may be evicted'],
    [
      /component: internal(?= \}\n +endpoints)/,
      'component: metrics',
      'the monitor does not select exactly one Service',
    ],
    [
      'port: internal, path: /metrics',
      'port: public, path: /metrics',
      'the monitor does not ask the internal listener',
    ],
    ['jobLabel: app.kubernetes.io/name', 'jobLabel: app', 'the job is not called ticketd'],
  ];
  for (const fault of faults)
    it(titleOf(fault), () => {
      expect(networkRules(faulty(fault[0], fault[1]))).to.include(fault[2]);
    });
});
