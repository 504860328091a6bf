import { PrometheusRule, ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { Deployment } from 'kubernetes-models/apps/v1';
import { Ingress, NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Service } from 'kubernetes-models/v1';
import { parseAllDocuments } from 'yaml';
import { typeErrors } from '../typed.ts';
import type { Manifest, Manifests } from './manifest.ts';

export const manifestsIn = (yaml: string): Manifests =>
  parseAllDocuments(yaml).map((document) => {
    for (const error of document.errors) throw error;
    return document.toJS();
  });

const MODELS = {
  ConfigMap,
  Deployment,
  Ingress,
  NetworkPolicy,
  PodDisruptionBudget,
  PrometheusRule,
  Service,
  ServiceMonitor,
};

/**
 * The problems of manifests by the schemas of Kubernetes and prometheus-operator; empty if there are none. The
 * schemas check values and required fields, the types check names.
 */
export const schemaErrors = async (manifests: Manifests): Promise<string> => {
  const type = { name: 'Manifests', file: 'test/ops/support/kubernetes/manifest.ts' };
  return [...manifests.map(valueErrors), await typeErrors(manifests, type)].filter(Boolean).join('\n');
};

const valueErrors = (manifest: Manifest): string => {
  const Model = MODELS[manifest.kind] as new (data: Manifest) => { validate(): void };
  if (Model === undefined) return `no model for ${manifest.kind}`;
  try {
    new Model(manifest).validate();
    return '';
  } catch (error) {
    return String(error);
  }
};
