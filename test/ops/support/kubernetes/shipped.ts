import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../../../../src/config/read-config.ts';
import { SECRET } from '../../../support/jwt.ts';
import type { Deadlines } from '../rules/pod-rules.ts';
import { type Manifests, ofKind } from './manifest.ts';

const FILES = ['config.yaml', 'deployment.yaml', 'network.yaml', 'prometheus-operator/service-monitor.yaml'];

/** All manifests, one after another, as `sed` hands them to kubectl. */
export const shipped = FILES.map((file) => readFileSync(join('ops/deploy/kubernetes', file), 'utf8')).join('');

/** How long ticketd may take with the settings of these manifests. */
export const deadlines = async (manifests: Manifests): Promise<Deadlines> => {
  const settings = ofKind(manifests, 'ConfigMap')[0]?.data;
  const { startup, shutdown } = await readConfig({ ...settings, JWT_SECRET: SECRET });
  return { startupMs: startup.timeoutMs, shutdownMs: shutdown.timeoutMs };
};
