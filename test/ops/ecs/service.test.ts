import { expect } from 'chai';
import { variables } from '../../../src/config/variables.ts';
import { exposureRules } from '../support/rules/exposure-rules.ts';
import { ofType, SAMPLE, theOne, wholeStack } from '../support/sample.ts';
import type { Resources } from '../support/stack.ts';

type Properties = Readonly<Record<string, unknown>>;

describe('CloudFormation service', () => {
  const { resources } = wholeStack();
  const the = (id: string) => theOne<Properties>(resources, id);

  it('has a readiness check every 10 s with timeout 3 s, healthy after 2, unhealthy after 3', () => {
    expect(the('Network.TargetGroup')).to.include({
      HealthCheckPath: '/api/v1/ready',
      HealthCheckIntervalSeconds: 10,
      HealthCheckTimeoutSeconds: 3,
      HealthyThresholdCount: 2,
      UnhealthyThresholdCount: 3,
    });
  });

  it('deploys with a grace period of 60 s, at 100 to 200 %, and a circuit breaker that rolls back', () => {
    const service = the('Service.Service');
    expect(service.HealthCheckGracePeriodSeconds).to.equal(60);
    expect(service.DeploymentConfiguration).to.deep.equal({
      MinimumHealthyPercent: 100,
      MaximumPercent: 200,
      DeploymentCircuitBreaker: { Enable: true, Rollback: true },
    });
  });

  it('leaves the number of tasks to scaling, with a minimum of 2', () => {
    expect(the('Service.Service')).not.to.have.property('DesiredCount');
    expect(the('Scaling.Scaling')).to.include({ MinCapacity: 2, MaxCapacity: 10 });
  });

  it('has a load balancer idle timeout below the keep-alive timeout of 75 s', () => {
    expect(the('Network.Balancer').LoadBalancerAttributes).to.deep.include({
      Key: 'idle_timeout.timeout_seconds',
      Value: '60',
    });
  });

  it('maps the default ports of ticketd', () => {
    const { ContainerDefinitions: [container] = [] } = theOne<{
      ContainerDefinitions: { PortMappings: { ContainerPort: number }[] }[];
    }>(resources, 'Task.TaskDefinition');
    const { port, internalPort } = variables.http;
    expect(container?.PortMappings.map(({ ContainerPort }) => String(ContainerPort))).to.deep.equal([
      port.default,
      internalPort.default,
    ]);
  });

  it('keeps its logs for 30 days', () => {
    expect(the('Task.LogGroup').RetentionInDays).to.equal(30);
  });

  it('may read only its own secrets', () => {
    const { Policies } = theOne<{
      Policies: { PolicyDocument: { Statement: { Action: string; Resource: string[] }[] } }[];
    }>(resources, 'Task.ExecutionRole');
    const [statement] = Policies[0]?.PolicyDocument.Statement ?? [];
    expect(statement?.Action).to.equal('secretsmanager:GetSecretValue');
    expect(statement?.Resource).to.include.members([SAMPLE.JwtFrom, SAMPLE.GatewayKeysFrom]);
    expect(statement?.Resource.join()).not.to.contain('*');
  });

  it('exposes the internal port only to gateways and to no load balancer', () => {
    expect(exposureRules(resources)).to.deep.equal([]);
    const { SecurityGroupIngress } = theOne<{ SecurityGroupIngress: Properties[] }>(
      resources,
      'Network.TaskSecurityGroup',
    );
    const sources = SecurityGroupIngress.filter(
      ({ FromPort, ToPort }) => Number(FromPort) <= 3001 && Number(ToPort) >= 3001,
    );
    expect(sources.map(({ SourceSecurityGroupId }) => SourceSecurityGroupId)).to.deep.equal([
      SAMPLE.GatewaySecurityGroupId,
    ]);
  });
});

describe('CloudFormation Redis', () => {
  const { resources } = wholeStack();
  const group = theOne<Properties>(resources, 'Redis.ReplicationGroup');

  it('requires TLS and a password from Secrets Manager', () => {
    expect(group).to.include({
      TransitEncryptionEnabled: true,
      TransitEncryptionMode: 'required',
      AtRestEncryptionEnabled: true,
    });
    expect(group.AuthToken).to.match(/^\{\{resolve:secretsmanager:arn:.*:SecretString\}\}$/);
    expect(theOne<Properties>(resources, 'Redis.UrlSecret').SecretString).to.match(
      /^rediss:\/\/:\{\{resolve:.*\}\}@replicationgroup-primaryendpoint/,
    );
  });

  it('has 3 nodes in several zones with automatic failover', () => {
    expect(group).to.include({ MultiAZEnabled: true, AutomaticFailoverEnabled: true, NumCacheClusters: 3 });
  });

  it('has noeviction, no snapshots and min-replicas-to-write 1', () => {
    expect(theOne<Properties>(resources, 'Redis.ParameterGroup').Properties).to.deep.equal({
      'maxmemory-policy': 'noeviction',
      'min-replicas-to-write': 1,
      'min-replicas-max-lag': '2',
    });
    expect(group.SnapshotRetentionLimit).to.equal(0);
  });

  it('accepts connections only from tasks', () => {
    const { SecurityGroupIngress } = theOne<{ SecurityGroupIngress: Properties[] }>(resources, 'Redis.SecurityGroup');
    expect(SecurityGroupIngress.map(({ SourceSecurityGroupId }) => SourceSecurityGroupId)).to.deep.equal([
      '<TaskSecurityGroup>',
    ]);
  });
});

describe('exposure rules of the template checks', () => {
  const resource = (Type: string, Properties: Properties): Resources => ({ A: { Type, Properties } });
  const ingress = (rule: Properties) => resource('AWS::EC2::SecurityGroup', { SecurityGroupIngress: [rule] });
  const faults: readonly (readonly [string, Resources])[] = [
    ['3001 opened to the world', ingress({ IpProtocol: 'tcp', FromPort: 3001, ToPort: 3001, CidrIp: '0.0.0.0/0' })],
    ['3001 inside an open range', ingress({ IpProtocol: 'tcp', FromPort: 3000, ToPort: 3010, CidrIpv6: '::/0' })],
    ['all ports opened', ingress({ IpProtocol: '-1', CidrIp: '10.0.0.0/8' })],
    [
      'a standalone ingress rule',
      resource('AWS::EC2::SecurityGroupIngress', { FromPort: 3001, ToPort: 3001, CidrIp: '0.0.0.0/0' }),
    ],
    ['a target group for 3001', resource('AWS::ElasticLoadBalancingV2::TargetGroup', { Port: 3001 })],
    ['3001 behind a load balancer', resource('AWS::ECS::Service', { LoadBalancers: [{ ContainerPort: 3001 }] })],
  ];
  for (const [fault, resources] of faults)
    it(`report the fault: ${fault}`, () => {
      expect(exposureRules(resources)).to.have.lengthOf.at.least(1);
    });

  it('accept the public port', () => {
    expect(
      exposureRules(ingress({ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: '0.0.0.0/0' })),
    ).to.deep.equal([]);
    expect(ofType(ingress({}), 'AWS::EC2::SecurityGroup')).to.have.lengthOf(1);
  });
});
