/** What is in each folder of src, in their order, and last all of it. */
export const byFolder = <T extends { readonly file: string }>(
  all: readonly T[],
): readonly (readonly [folder: string, inside: readonly T[]])[] => {
  const folders = [...new Set(all.map(({ file }) => folderOf(file)))].sort();
  return [
    ...folders.map((folder) => [folder, all.filter(({ file }) => folderOf(file) === folder)] as const),
    ['all', all],
  ];
};

/** With two digits behind the point, rounded down: 100 is all. */
export const percentage = (part: number, whole: number): string =>
  whole === 0 ? '–' : (Math.floor((part / whole) * 10_000) / 100).toFixed(2);

export const folderOf = (file: string): string => file.split('/').slice(0, 2).join('/');
