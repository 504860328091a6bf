import type { IPrometheusRule, IServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import type { IDeployment } from 'kubernetes-models/apps/v1';
import type { IIngress, INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1';
import type { IConfigMap, IService } from 'kubernetes-models/v1';

/** A Kubernetes manifest, limited to the kinds used here. */
export type Manifest =
  | IConfigMap
  | IDeployment
  | IIngress
  | INetworkPolicy
  | IPodDisruptionBudget
  | IPrometheusRule
  | IService
  | IServiceMonitor;

export type Manifests = readonly Manifest[];

/** The manifests of one kind. */
export const ofKind = <Kind extends Manifest['kind']>(
  manifests: Manifests,
  kind: Kind,
): readonly Extract<Manifest, { kind: Kind }>[] =>
  manifests.filter((manifest): manifest is Extract<Manifest, { kind: Kind }> => manifest.kind === kind);
