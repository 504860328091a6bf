interface Build {
  /** The files of src that become a bundle each. */
  readonly parts: readonly string[];
  /** Writes the CLI to a folder; returns the paths of its bundles, and of the files that are in them. */
  bundleCli(outdir: string): Promise<{ readonly bundles: readonly string[]; readonly inputs: readonly string[] }>;
}

interface Libraries {
  readonly libraries: readonly { readonly entry: string }[];
  /** Writes what other programs import, and its types. */
  buildLibraries(outdir: string): Promise<void>;
}

/** An npm package that files come from. */
export interface Package {
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

// The scripts of the build have no types.
const script = (name: string): string => new URL(`../../ops/build/${name}.mjs`, import.meta.url).href;

export const loadBuild = (): Promise<Build> => import(script('bundle'));

export const loadLibraries = (): Promise<Libraries> => import(script('libraries'));

export const packagesOf = async (files: readonly string[]): Promise<readonly Package[]> =>
  (await import(script('packages'))).packagesOf(files);
