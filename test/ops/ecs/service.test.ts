import { expect } from 'chai';
import { fields } from '../../../src/config/fields.ts';
import { exposureRules } from '../support/rules/exposure-rules.ts';
import { ofType, SAMPLE, theOne, wholeStack } from '../support/sample.ts';
import type { Resources } from '../support/stack.ts';

type Properties = Readonly<Record<string, unknown>>;

describe('the deployed service', () => {
  const { resources } = wholeStack();
  const the = (id: string) => theOne<Properties>(resources, id);

  it('is asked by the load balancer whether it is ready, every 10 s for 3 s, in after 2 and out after 3', () => {
    expect(the('Network.TargetGroup')).to.include({
      HealthCheckPath: '/api/v1/ready',
      HealthCheckIntervalSeconds: 10,
      HealthCheckTimeoutSeconds: 3,
      HealthyThresholdCount: 2,
      UnhealthyThresholdCount: 3,
    });
  });

  it('is deployed with a grace of 60 s, at 100 to 200 %, by a circuit breaker that rolls back', () => {
    const service = the('Service.Service');
    expect(service.HealthCheckGracePeriodSeconds).to.equal(60);
    expect(service.DeploymentConfiguration).to.deep.equal({
      MinimumHealthyPercent: 100,
      MaximumPercent: 200,
      DeploymentCircuitBreaker: { Enable: true, Rollback: true },
    });
  });

  it('keeps the number of tasks that scaling gave it, from two on', () => {
    expect(the('Service.Service')).not.to.have.property('DesiredCount');
    expect(the('Scaling.Scaling')).to.include({ MinCapacity: 2, MaxCapacity: 10 });
  });

  it('stands behind a load balancer whose idle time-out is below its own keep-alive of 75 s', () => {
    expect(the('Network.Balancer').LoadBalancerAttributes).to.deep.include({
      Key: 'idle_timeout.timeout_seconds',
      Value: '60',
    });
  });

  it('has the ports that it listens on unless told otherwise', () => {
    const { ContainerDefinitions: [container] = [] } = theOne<{
      ContainerDefinitions: { PortMappings: { ContainerPort: number }[] }[];
    }>(resources, 'Task.TaskDefinition');
    const { port, internalPort } = fields.http;
    expect(container?.PortMappings.map(({ ContainerPort }) => String(ContainerPort))).to.deep.equal([
      port.default,
      internalPort.default,
    ]);
  });

  it('keeps its logs for a time that is set', () => {
    expect(the('Task.LogGroup').RetentionInDays).to.equal(30);
  });

  it('may read its own secrets and nothing else', () => {
    const { Policies } = theOne<{
      Policies: { PolicyDocument: { Statement: { Action: string; Resource: string[] }[] } }[];
    }>(resources, 'Task.ExecutionRole');
    const [statement] = Policies[0]?.PolicyDocument.Statement ?? [];
    expect(statement?.Action).to.equal('secretsmanager:GetSecretValue');
    expect(statement?.Resource).to.include.members([SAMPLE.JwtFrom, SAMPLE.GatewayKeysFrom]);
    expect(statement?.Resource.join()).not.to.contain('*');
  });

  it('lets gateways alone to the internal port, and shows it to no load balancer', () => {
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

describe('the deployed Redis', () => {
  const { resources } = wholeStack();
  const group = theOne<Properties>(resources, 'Redis.ReplicationGroup');

  it('is reached through TLS with a password that no parameter holds', () => {
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

  it('stands in several zones and fails over', () => {
    expect(group).to.include({ MultiAZEnabled: true, AutomaticFailoverEnabled: true, NumCacheClusters: 3 });
  });

  it('evicts nothing, brings nothing back from disk, and takes no write that a replica may lack', () => {
    expect(theOne<Properties>(resources, 'Redis.ParameterGroup').Properties).to.deep.equal({
      'maxmemory-policy': 'noeviction',
      'min-replicas-to-write': 1,
      'min-replicas-max-lag': '2',
    });
    expect(group.SnapshotRetentionLimit).to.equal(0);
  });

  it('lets tasks alone in', () => {
    const { SecurityGroupIngress } = theOne<{ SecurityGroupIngress: Properties[] }>(resources, 'Redis.SecurityGroup');
    expect(SecurityGroupIngress.map(({ SourceSecurityGroupId }) => SourceSecurityGroupId)).to.deep.equal([
      '<TaskSecurityGroup>',
    ]);
  });
});

describe('the rules for what is exposed', () => {
  const resource = (Type: string, Properties: Properties): Resources => ({ A: { Type, Properties } });
  const ingress = (rule: Properties) => resource('AWS::EC2::SecurityGroup', { SecurityGroupIngress: [rule] });
  const faults: readonly (readonly [string, Resources])[] = [
    ['3001 opened to the world', ingress({ IpProtocol: 'tcp', FromPort: 3001, ToPort: 3001, CidrIp: '0.0.0.0/0' })],
    ['3001 inside an open range', ingress({ IpProtocol: 'tcp', FromPort: 3000, ToPort: 3010, CidrIpv6: '::/0' })],
    ['everything opened', ingress({ IpProtocol: '-1', CidrIp: '10.0.0.0/8' })],
    [
      'a rule by itself',
      resource('AWS::EC2::SecurityGroupIngress', { FromPort: 3001, ToPort: 3001, CidrIp: '0.0.0.0/0' }),
    ],
    ['a target group for 3001', resource('AWS::ElasticLoadBalancingV2::TargetGroup', { Port: 3001 })],
    ['3001 behind a load balancer', resource('AWS::ECS::Service', { LoadBalancers: [{ ContainerPort: 3001 }] })],
  ];
  for (const [fault, resources] of faults)
    it(`find ${fault}`, () => {
      expect(exposureRules(resources)).to.have.lengthOf.at.least(1);
    });

  it('do not mind the port that is public', () => {
    expect(
      exposureRules(ingress({ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: '0.0.0.0/0' })),
    ).to.deep.equal([]);
    expect(ofType(ingress({}), 'AWS::EC2::SecurityGroup')).to.have.lengthOf(1);
  });
});
