/** The paths of all files that a build has bundled. */
interface Bundled {
  readonly inputs: readonly string[];
}

interface Build {
  /** The files of bin and src that become a bundle each. */
  readonly entries: readonly string[];
  /** Writes the CLI to a folder. */
  bundleCli(outdir: string): Promise<Bundled>;
}

interface Libraries {
  /** The files of src that other programs import. */
  readonly libraries: readonly string[];
  /** Writes the client alone, without types. */
  buildClient(outdir: string): Promise<void>;
  /** Properties that the build shortens. */
  readonly innerNames: readonly string[];
  /** Writes them and their types. */
  buildLibraries(outdir: string): Promise<Bundled>;
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
