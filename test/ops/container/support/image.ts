import { fileURLToPath } from 'node:url';
import { succeed, tryDocker } from './docker.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const IMAGE = 'ticketd:test';
/** What a build may have to be told of the machine it runs on, where that is set. */
const FROM_ENVIRONMENT = ['NODE_IMAGE', 'npm_config_registry', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];

/** What a build takes where the engine has none of the layers yet, on a busy machine. */
export const BUILD_TIMEOUT_MS = 240_000;

let built: Promise<string> | undefined;

/** Builds the image, once for all tests, and resolves with its name. */
export const buildImage = (): Promise<string> => {
  built ??= build();
  return built;
};

const build = async (): Promise<string> => {
  const buildArgs = FROM_ENVIRONMENT.filter((name) => process.env[name]).flatMap((name) => ['--build-arg', name]);
  const args = ['build', '--tag', IMAGE, ...buildArgs, ROOT];
  const hasBuildx = (await tryDocker(['buildx', 'version'])).code === 0;
  // Without its plugin the docker command has the classic builder only, and wants to be told so.
  const env: Record<string, string> = hasBuildx ? {} : { DOCKER_BUILDKIT: '0' };
  succeed(args, await tryDocker(args, { env, timeoutMs: BUILD_TIMEOUT_MS }));
  return IMAGE;
};
