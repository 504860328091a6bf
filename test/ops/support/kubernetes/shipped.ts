import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../../../../src/config/read-config.ts';
import { SECRET } from '../../../support/jwt.ts';
import type { Deadlines } from '../rules/pod-rules.ts';
import { type Manifests, ofKind } from './manifest.ts';

const read = (name: string): string => readFileSync(join('ops/deploy/kubernetes', name), 'utf8');

const FILES = ['config.yaml', 'deployment.yaml', 'network.yaml', 'prometheus-operator/service-monitor.yaml'];

/** All manifests, one after another, as `sed` hands them to kubectl. */
export const shipped = FILES.map(read).join('');

/** What is applied beside them for a WebSocket server behind ingress-nginx. */
export const shippedIngress = read('ingress-nginx/ingress.yaml');

/** How long ticketd may take with the settings of these manifests. */
export const deadlines = async (manifests: Manifests): Promise<Deadlines> => {
  const settings = ofKind(manifests, 'ConfigMap')[0]?.data;
  const { startup, shutdown } = await readConfig({ ...settings, JWT_SECRET: SECRET });
  return { startupMs: startup.timeoutMs, shutdownMs: shutdown.timeoutMs };
};
