import module from 'node:module';
import { join } from 'node:path';

interface SinceNode22 {
  readonly enableCompileCache?: (directory: string) => unknown;
}

/**
 * Lets Node.js 22 and later keep the compiled form of the bundles beside them. Where that folder cannot be written, or
 * what is in it does not fit, Node compiles as ever. Not in Node's default, a folder in /tmp: there another user of the
 * machine could leave code for this one. NODE_COMPILE_CACHE and NODE_DISABLE_COMPILE_CACHE overrule it.
 */
export const useCompileCache = (): void => {
  const { enableCompileCache } = module as typeof module & SinceNode22;
  enableCompileCache?.(join(import.meta.dirname, 'compile-cache'));
};
