/** One answer of a listener, as it was sent. */
export interface Answer {
  /** By the name that the log gives it. */
  readonly listener: string;
  /** Both are lacking where what came was no request. */
  readonly method?: string;
  readonly path?: string;
  readonly status: number;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** The path of a request's target: without the query, and without the host of an absolute URL (RFC 9112, section 3.2). */
export const pathOf = (target: string): string => {
  const path = /^https?:\/\/[^/?#]*(.*)$/i.exec(target)?.[1] ?? target;
  return path.split(/[?#]/, 1)[0] || '/';
};
