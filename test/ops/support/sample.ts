import { deploy, type Resources, type Stack } from './stack.ts';
import type { Resource } from './template.ts';

const SECRET = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:';

/** Values that a user might give for the parameters without a default. */
export const SAMPLE = {
  VpcId: 'vpc-1',
  PublicSubnetIds: 'subnet-1,subnet-2',
  PrivateSubnetIds: 'subnet-3,subnet-4',
  CertificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/0f-1',
  GatewaySecurityGroupId: 'sg-1',
  Image: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/ticketd:0.1.0',
  JwtFrom: `${SECRET}jwt`,
  GatewayKeysFrom: `${SECRET}gateway-keys`,
  PagerUrl: 'https://pager.example/integration/1',
  ChatEmail: 'chat@example.com',
  SlackWorkspaceId: 'T0123',
  SlackChannelId: 'C0123',
};

/** The whole of ops/deploy/ecs/template.yaml, as it would be deployed. */
export const wholeStack = (): Stack => deploy('template.yaml', SAMPLE);

/** The resources of a type with their names, properties seen as `P`. */
export const ofType = <P>(resources: Resources, type: string): readonly (readonly [string, P])[] =>
  Object.entries(resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, { Properties }]) => [id, Properties as P]);

/** The one resource of that name; throws where there is none. */
export const theOne = <P>(resources: Resources, id: string): P => {
  const found: Resource | undefined = resources[id];
  if (found === undefined) throw new Error(`no resource ${id} among ${Object.keys(resources).join(', ')}`);
  return found.Properties as P;
};
