/** The URL of a path of ticketd's API, whose internal listener may be behind a path of its own. */
export const endpointUrl = (base: string | URL, path: string): URL => {
  const { origin, pathname } = new URL(base);
  return new URL(`${pathname.replace(/\/+$/, '')}${path}`, origin);
};
