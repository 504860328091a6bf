import { expect } from 'chai';
import { problemsOf, type Values } from '../support/parameters.ts';
import type { TaskDefinition } from '../support/rules/container-rules.ts';
import { ofType, SAMPLE, wholeStack } from '../support/sample.ts';
import { deployTemplate } from '../support/stack.ts';
import { ECS_FOLDER, parseTemplate, readTemplate, templateNames } from '../support/template.ts';
import { findings, findingsOfResources } from '../support/validator.ts';

describe('CloudFormation templates', () => {
  for (const name of templateNames)
    it(`pass AWS's validator without a warning: ${name}`, () => {
      expect(findings(ECS_FOLDER + name)).to.deep.equal([]);
    });

  it('resolve every parameter and output between them', () => {
    const types = new Set(Object.values(wholeStack().resources).map(({ Type }) => Type));
    expect(types).to.include.members([
      'AWS::ECS::Service',
      'AWS::ElastiCache::ReplicationGroup',
      'AWS::Logs::QueryDefinition',
    ]);
  });

  it('are all nested in template.yaml', () => {
    const nested = Object.values(readTemplate('template.yaml').Resources).map(
      ({ Properties }) => Properties.TemplateURL,
    );
    expect(['template.yaml', ...nested]).to.have.members(templateNames);
  });

  it('create no optional resources by default', () => {
    const bare = deployTemplate(readTemplate('notifications.yaml'), 'notifications.yaml', {});
    expect(Object.keys(bare.resources)).to.have.members(['PagerTopic', 'ChatTopic', 'Publishers']);
  });

  const { Image, JwtFrom, GatewayKeysFrom } = SAMPLE;
  const task = (given: Values) =>
    deployTemplate(readTemplate('task.yaml'), 'task.yaml', { Image, RedisUrlFrom: JwtFrom, GatewayKeysFrom, ...given });

  it('require JWT keys from a secret, a JWKS URL or issuers, and accept all of them', () => {
    const secretsOf = (given: Values) => JSON.stringify(task(given).resources.TaskDefinition?.Properties);
    const JwtJwksUrl = 'https://login.example/jwks';
    expect(secretsOf({ JwtFrom })).to.contain('"JWT_SECRET"').and.not.to.contain(JwtJwksUrl);
    expect(secretsOf({ JwtFrom, JwtVariable: 'JWT_PUBLIC_KEY' })).to.contain('"JWT_PUBLIC_KEY"');
    expect(secretsOf({ JwtJwksUrl })).to.contain(JwtJwksUrl).and.not.to.contain('"JWT_SECRET"');
    expect(() => task({})).to.throw('Set JwtFrom, JwtJwksUrl or JwtIssuers');
    const JwtIssuers = 'https://login.example/,https://login.example/b';
    expect(secretsOf({ JwtIssuers })).to.contain(JwtIssuers).and.not.to.contain('"JWT_SECRET"');
    const all = secretsOf({ JwtFrom, JwtJwksUrl, JwtIssuers });
    for (const one of ['"JWT_SECRET"', JwtJwksUrl, JwtIssuers]) expect(all).to.contain(one);
  });

  const passedOn = [
    ['JwtEncoding', 'JWT_SECRET_ENCODING', 'hex'],
    ['JwtIssuers', 'JWT_ISSUERS', 'https://login.example/'],
    ['JwtClientId', 'JWT_CLIENT_ID', 'web-app'],
    ['JwtSubjectClaim', 'JWT_SUBJECT_CLAIM', 'oid'],
    ['JwtSessionClaim', 'JWT_SESSION_CLAIM', 'origin_jti'],
    ['JwtCookie', 'JWT_COOKIE', '__Host-session'],
    ['TicketClaims', 'TICKET_CLAIMS', 'tenant,roles'],
    ['BackchannelLogoutAudience', 'BACKCHANNEL_LOGOUT_AUDIENCE', 'web-app'],
  ] as const;
  it('pass the settings of JWTs, claims and logout on to ticketd', () => {
    const { resources } = deployTemplate(readTemplate('template.yaml'), 'template.yaml', {
      ...SAMPLE,
      ...Object.fromEntries(passedOn.map(([parameter, , value]) => [parameter, value])),
    });
    const [[, definition] = []] = ofType<TaskDefinition>(resources, 'AWS::ECS::TaskDefinition');
    expect(definition?.ContainerDefinitions[0]?.Environment).to.deep.include.members(
      passedOn.map(([, Name, Value]) => ({ Name, Value })),
    );
  });

  it('require both the workspace and the channel of Slack', () => {
    const notify = (given: Values) => deployTemplate(readTemplate('notifications.yaml'), 'notifications.yaml', given);
    expect(notify({ SlackWorkspaceId: 'T0123', SlackChannelId: 'C0123' }).resources).to.include.keys('Slack');
    expect(() => notify({ SlackChannelId: 'C0123' })).to.throw('Slack needs both');
  });

  // Parameters of the nested templates; template.yaml passes these on to them.
  const wrong: readonly (readonly [string, string, unknown])[] = [
    ['network.yaml', 'CertificateArn', 'arn:aws:iam::123456789012:server-certificate/x'],
    ['task.yaml', 'Image', 'registry/ticketd'],
    ['task.yaml', 'Image', 'registry/ticketd:latest'],
    ['task.yaml', 'JwtFrom', 'a-secret-in-plain-text-of-32-bytes-or-more'],
    ['task.yaml', 'Cpu', '4096'],
    ['task.yaml', 'JwtIssuers', 'http://login.example/'],
    ['task.yaml', 'JwtEncoding', 'base32'],
    ['scaling.yaml', 'MinTasks', 0],
    ['service.yaml', 'Name', 'Ticketd!'],
    ['task.yaml', 'LogRetentionDays', 2],
    ['task.yaml', 'CorsOrigins', '*'],
    ['task.yaml', 'ForwardAuthTrusted', 'my-proxy'],
    ['task.yaml', 'TicketRateLimit', '30'],
    ['service.yaml', 'TaskDefinitionArn', 'ticketd:1'],
    ['redis.yaml', 'NodeType', 'db.t4g.small'],
    ['redis.yaml', 'Nodes', 1],
    ['redis.yaml', 'MinReplicasToWrite', 2],
    ['notifications.yaml', 'PagerUrl', 'http://pager.example'],
    ['notifications.yaml', 'SlackChannelId', '#alarms'],
    ['metrics.yaml', 'Namespace', 'AWS/ECS'],
    ['log-alarms.yaml', 'PagerTopicArn', 'pager'],
    ['platform-alarms.yaml', 'TargetGroupFullName', 'arn:aws:elasticloadbalancing:x:1:targetgroup/x/0'],
  ];
  for (const [file, name, value] of wrong)
    it(`refuse ${value} for ${name} of ${file}`, () => {
      const problems = problemsOf(readTemplate(file), { [name]: value });
      expect(problems.filter((problem) => problem.startsWith(`${name}: not `))).to.have.lengthOf(1);
    });

  it('accept images by version and by digest', () => {
    for (const image of [SAMPLE.Image, `registry:5000/ticketd@sha256:${'0'.repeat(64)}`])
      expect(problemsOf(readTemplate('task.yaml'), { Image: image }).join()).not.to.contain('Image');
  });
});

describe('template checks', () => {
  const template = (resource: string, more = '') => parseTemplate(`Resources:\n  A: ${resource}\n${more}`);

  it('find an undefined reference, a missing output and an unknown parameter', () => {
    const stack = (properties: string) =>
      template(`{ Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: network.yaml, ${properties} } }`);
    const deployed = (given: Parameters<typeof deployTemplate>[0]) => () => deployTemplate(given, 'x.yaml', {});
    expect(deployed(template('{ Type: X, Properties: { P: !Ref Nothing } }'))).to.throw(
      'no such parameter or resource: Nothing',
    );
    expect(deployed(stack('Parameters: { Unknown: 1 }'))).to.throw('Unknown: no such parameter');
    const { VpcId, PublicSubnetIds, CertificateArn, GatewaySecurityGroupId } = SAMPLE;
    const given = JSON.stringify({ VpcId, PublicSubnetIds, CertificateArn, GatewaySecurityGroupId });
    const output = (name: string) =>
      parseTemplate(`Resources:\n  A: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: network.yaml, Parameters: ${given} } }
Outputs:\n  O: { Value: !GetAtt A.Outputs.${name} }`);
    expect(deployed(output('TargetGroupArn'))).not.to.throw();
    expect(deployed(output('Missing'))).to.throw('A has no Outputs.Missing');
  });

  it("report a misspelt property and a wrong type through AWS's validator", () => {
    const group = (Properties: object) => findingsOfResources({ A: { Type: 'AWS::Logs::LogGroup', Properties } });
    expect(group({ RetentionInDays: 30 }).filter((text) => !text.includes('DeletionPolicy'))).to.deep.equal([]);
    expect(group({ RetentionDays: 30 }).join()).to.contain('RetentionDays');
    expect(group({ RetentionInDays: 'a month' }).join()).to.contain('RetentionInDays');
  });
});
