/** An error with a `code`, as those of Node.js have it: the log shows it as `errorCode`. */
export const codedError = (code: string, message: string, options?: ErrorOptions): Error & { readonly code: string } =>
  Object.assign(new Error(message, options), { code });
