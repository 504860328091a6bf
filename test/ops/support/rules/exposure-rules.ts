import { ofType } from '../sample.ts';
import type { Resources } from '../stack.ts';
import type { Rule } from './container-rules.ts';

interface IngressRule {
  readonly IpProtocol?: string;
  readonly FromPort?: number;
  readonly ToPort?: number;
  readonly CidrIp?: string;
  readonly CidrIpv6?: string;
}

const INTERNAL_PORT = 3001;
const REDIS_PORT = 6379;

/** Ports that must not be reachable from outside: by rules of a group, a standalone rule or a load balancer. */
export const exposureRules: Rule<Resources> = (resources) => [
  ...ingressOf(resources).flatMap(([id, rule]) =>
    [INTERNAL_PORT, REDIS_PORT].filter((port) => isOpen(rule, port)).map((port) => `${id} opens ${port} to addresses`),
  ),
  ...ofType<{ Port?: number }>(resources, 'AWS::ElasticLoadBalancingV2::TargetGroup')
    .filter(([, { Port }]) => Port !== 3000)
    .map(([id]) => `${id} is not for port 3000`),
  ...ofType<{ LoadBalancers?: readonly { ContainerPort?: number }[] }>(resources, 'AWS::ECS::Service').flatMap(
    ([id, { LoadBalancers = [] }]) =>
      LoadBalancers.filter(({ ContainerPort }) => ContainerPort !== 3000).map(
        ({ ContainerPort }) => `${id} puts ${ContainerPort} behind a load balancer`,
      ),
  ),
];

const ingressOf = (resources: Resources): readonly (readonly [string, IngressRule])[] => [
  ...ofType<IngressRule>(resources, 'AWS::EC2::SecurityGroupIngress'),
  ...ofType<{ SecurityGroupIngress?: readonly IngressRule[] }>(resources, 'AWS::EC2::SecurityGroup').flatMap(
    ([id, { SecurityGroupIngress = [] }]) => SecurityGroupIngress.map((rule) => [id, rule] as const),
  ),
];

const isOpen = ({ IpProtocol, FromPort = 0, ToPort = 65_535, CidrIp, CidrIpv6 }: IngressRule, port: number): boolean =>
  (CidrIp ?? CidrIpv6) !== undefined && (IpProtocol === '-1' || (FromPort <= port && port <= ToPort));
