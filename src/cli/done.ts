/** Takes the code that a command ends with. */
export type Done = (exitCode: number) => void;
