import { fileURLToPath } from 'node:url';
import { succeed, tryDocker } from './docker.ts';

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The images and the folder that each is built from. */
const CONTEXTS = {
  'ticketd:test': folder('../../../../'),
  'ticketd-example-gateway:test': folder('../../../../ops/try/gateway/'),
  'ticketd-nginx:test': folder('./nginx/'),
};
type Image = keyof typeof CONTEXTS;

/** Build arguments for the machine that runs the build, if set. */
const FROM_ENVIRONMENT = ['NODE_IMAGE', 'npm_config_registry', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];

/** The time for a build without cached layers on a busy machine. */
export const BUILD_TIMEOUT_MS = 240_000;

const built = new Map<Image, Promise<Image>>();

/** Builds an image, by default the service's, once for all tests, and resolves with its name. */
export const buildImage = async (image: Image = 'ticketd:test'): Promise<Image> => {
  // The parallel test run has already built all images.
  if (process.env.TEST_IMAGES === 'built') return image;
  const building = built.get(image) ?? build(image);
  built.set(image, building);
  return building;
};

/** Builds them all, one after another. */
export const buildEveryImage = async (): Promise<void> => {
  for (const image of Object.keys(CONTEXTS) as Image[]) await buildImage(image);
};

const build = async (image: Image): Promise<Image> => {
  const buildArgs = FROM_ENVIRONMENT.filter((name) => process.env[name]).flatMap((name) => ['--build-arg', name]);
  const hasBuildx = (await tryDocker(['buildx', 'version'])).code === 0;
  // Without its plugin, docker has only the classic builder, must be set to it, and leaves failed containers.
  const [env, flags]: [Record<string, string>, string[]] = hasBuildx
    ? [{}, []]
    : [{ DOCKER_BUILDKIT: '0' }, ['--force-rm']];
  const args = ['build', '--tag', image, ...flags, ...buildArgs, CONTEXTS[image]];
  succeed(args, await tryDocker(args, { env, timeoutMs: BUILD_TIMEOUT_MS }));
  return image;
};
