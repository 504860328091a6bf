interface Build {
  /** The files of src that become a bundle each. */
  readonly parts: readonly string[];
  /** Writes the CLI to a folder; returns the paths of its bundles, and of the files that are in them. */
  bundleCli(outdir: string): Promise<{ readonly bundles: readonly string[]; readonly inputs: readonly string[] }>;
}

// A script of the build has no types.
const SCRIPT: string = new URL('../../ops/build/bundle.mjs', import.meta.url).href;

export const loadBuild = (): Promise<Build> => import(SCRIPT);
