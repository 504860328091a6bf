import { expect } from 'chai';
import { type Container, containerRules, type TaskDefinition } from '../support/rules/container-rules.ts';
import { ofType, SAMPLE, wholeStack } from '../support/sample.ts';
import { PLACEHOLDERS, readTaskDefinition } from '../support/task-definition.ts';
import { findingsOfResources } from '../support/validator.ts';

const SHARED = 'task-definition.json';
const SIDECAR = 'task-definition.sidecar.json';

const containerOf = ({ ContainerDefinitions }: TaskDefinition, name: string): Container => {
  const found = ContainerDefinitions.find(({ Name }) => Name === name);
  if (found === undefined) throw new Error(`no container ${name}`);
  return found;
};

describe('ECS task definitions', () => {
  for (const name of [SHARED, SIDECAR]) {
    it(`pass AWS's validator: ${name}`, () => {
      const task = { Type: 'AWS::ECS::TaskDefinition', Properties: readTaskDefinition(name) };
      expect(findingsOfResources({ Task: task })).to.deep.equal([]);
    });

    it(`pass the container rules that the validator lacks: ${name}`, () => {
      expect(containerRules(readTaskDefinition(name))).to.deep.equal([]);
    });

    it(`explain every placeholder: ${name}`, () => {
      expect(JSON.stringify(readTaskDefinition(name))).not.to.contain('${');
    });

    it(`have a liveness health check, not a readiness check: ${name}`, () => {
      expect(containerOf(readTaskDefinition(name), 'ticketd').HealthCheck?.Command).to.deep.equal([
        'CMD',
        'ticketd',
        'probe',
        'live',
      ]);
    });

    it(`have a StopTimeout above the shutdown deadline of 25 s: ${name}`, () => {
      expect(containerOf(readTaskDefinition(name), 'ticketd').StopTimeout).to.be.above(25);
    });

    it(`take every secret from Secrets Manager: ${name}`, () => {
      const { Secrets = [] } = containerOf(readTaskDefinition(name), 'ticketd');
      expect(Secrets.map(({ Name }) => Name)).to.include.members(['JWT_SECRET', 'GATEWAY_KEYS']);
      for (const { ValueFrom } of Secrets) expect(ValueFrom).to.match(/^arn:aws:secretsmanager:/);
    });
  }

  it('are the same in JSON and in the template', () => {
    const [[, inTemplate] = []] = ofType<TaskDefinition>(wholeStack().resources, 'AWS::ECS::TaskDefinition');
    const secrets = [PLACEHOLDERS.REDIS_URL_SECRET_ARN, SAMPLE.JwtFrom, SAMPLE.GatewayKeysFrom];
    const [container] = inTemplate?.ContainerDefinitions ?? [];
    expect({
      ...inTemplate,
      ExecutionRoleArn: PLACEHOLDERS.EXECUTION_ROLE_ARN,
      ContainerDefinitions: [
        { ...container, Secrets: container?.Secrets?.map(({ Name }, index) => ({ Name, ValueFrom: secrets[index] })) },
      ],
    }).to.deep.equal(readTaskDefinition(SHARED));
  });

  it('wait in the sidecar form for a healthy Redis, and say that it is for a single task', () => {
    const task = readTaskDefinition(SIDECAR);
    expect(containerOf(task, 'ticketd').DependsOn).to.deep.equal([{ ContainerName: 'redis', Condition: 'HEALTHY' }]);
    const redis = containerOf(task, 'redis');
    expect(redis.HealthCheck).to.include({ Retries: 10, StartPeriod: 20, Interval: 5, Timeout: 2 });
    expect(redis.StartTimeout).to.be.above(20 + 10 * 5);
    expect(task.Family).to.equal('ticketd-single-task');
    expect(JSON.stringify(task.Tags)).to.contain('Never run two');
  });
});

describe('container rules of the template checks', () => {
  const faults: readonly (readonly [string, string, Partial<Container>])[] = [
    ['12 retries, as in the design document', 'Retries is not from 1 to 10', check({ Retries: 12 })],
    ['a start period of 301 s', 'StartPeriod is not from 0 to 300', check({ StartPeriod: 301 })],
    ['an interval of 4 s', 'Interval is not from 5 to 300', check({ Interval: 4 })],
    ['a timeout longer than the interval', 'Timeout is longer than Interval', check({ Interval: 5, Timeout: 6 })],
    ['a command that is neither CMD nor CMD-SHELL', 'Command begins with neither', check({ Command: ['ticketd'] })],
    ['no health check', 'no health check', { HealthCheck: undefined } as unknown as Partial<Container>],
    ['a stop timeout of 121 s', 'StopTimeout is not from 2 to 120', { StopTimeout: 121 }],
    ['a start timeout of 121 s', 'StartTimeout is above 120', { StartTimeout: 121 }],
    ['a dependency on a missing container', 'depends on missing', dependsOn('missing')],
    ['a dependency on itself', 'depends on ticketd', dependsOn('ticketd')],
    ['a writable root file system', 'the root file system', { ReadonlyRootFilesystem: false }],
    ['no init process', 'no init process', { LinuxParameters: {} }],
    ['a secret in the environment', 'JWT_SECRET is a secret', { Environment: [{ Name: 'JWT_SECRET', Value: 'x' }] }],
    ['a password in a URL', 'REDIS_URL is a secret', { Environment: [{ Name: 'REDIS_URL', Value: 'redis://:p@h' }] }],
    ['a log driver without a mode', 'mode is not given', { LogConfiguration: { Options: {} } }],
  ];
  for (const [fault, found, change] of faults)
    it(`report the fault: ${fault}`, () => {
      const { ContainerDefinitions } = readTaskDefinition(SHARED);
      const changed = ContainerDefinitions.map((container) => ({ ...container, ...change }));
      expect(containerRules({ ContainerDefinitions: changed }).join('; ')).to.contain(found);
    });

  it('report the fault: a dependency on the health of a container without a health check', () => {
    const { ContainerDefinitions } = readTaskDefinition(SIDECAR);
    const changed = ContainerDefinitions.map(({ HealthCheck, ...rest }) =>
      rest.Name === 'redis' ? rest : { ...rest, ...(HealthCheck && { HealthCheck }) },
    );
    expect(containerRules({ ContainerDefinitions: changed }).join('; ')).to.contain('waits for redis to be healthy');
  });
});

function check(change: Partial<NonNullable<Container['HealthCheck']>>): Partial<Container> {
  return { HealthCheck: { Command: ['CMD', 'x'], Interval: 10, Timeout: 5, Retries: 3, StartPeriod: 30, ...change } };
}

function dependsOn(name: string): Partial<Container> {
  return { DependsOn: [{ ContainerName: name, Condition: 'START' }] };
}
