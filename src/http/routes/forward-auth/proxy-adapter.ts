/** How one proxy asks whether a handshake may pass. */
export interface ProxyAdapter {
  /** As in the path of its location, `/forward-auth/<name>`. */
  readonly name: string;
  /** Where the handshake's own URI is: in a header, in lower case; or behind the location's path, with its query. */
  readonly originalUri: { readonly header: string } | 'target';
}
