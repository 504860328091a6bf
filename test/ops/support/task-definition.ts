import { readFileSync } from 'node:fs';
import type { TaskDefinition } from './rules/container-rules.ts';
import { ECS_FOLDER } from './template.ts';

/** The placeholders in a task definition file for values that differ between accounts. */
export const PLACEHOLDERS: Readonly<Record<string, string>> = {
  AWS_REGION: 'eu-west-1',
  EXECUTION_ROLE_ARN: 'arn:aws:iam::123456789012:role/ticketd',
  IMAGE: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/ticketd:0.1.0',
  REDIS_IMAGE: 'public.ecr.aws/docker/library/redis:7-alpine',
  LOG_GROUP: '/ticketd/ticketd',
  REDIS_URL_SECRET_ARN: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:redis-url',
  JWT_SECRET_ARN: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:jwt',
  GATEWAY_KEYS_SECRET_ARN: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:gateway-keys',
};

/** A task definition as `aws ecs register-task-definition` takes it, in CloudFormation's spelling. */
export const readTaskDefinition = (name: string): TaskDefinition & Readonly<Record<string, unknown>> => {
  const text = readFileSync(ECS_FOLDER + name, 'utf8').replace(/\$\{(\w+)\}/g, (all, key) => PLACEHOLDERS[key] ?? all);
  return capitalised(JSON.parse(text)) as TaskDefinition & Record<string, unknown>;
};

// The keys of a log driver's options are the driver's own.
const AS_THEY_STAND = 'options';

const capitalised = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(capitalised);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key.charAt(0).toUpperCase() + key.slice(1),
      key === AS_THEY_STAND ? item : capitalised(item),
    ]),
  );
};
