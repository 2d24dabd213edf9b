/** A record for another DNS host, as it is pasted there. */
export interface RecordToPaste {
  readonly name: string;
  /** `ALIAS`: what DNS hosts call ALIAS, ANAME or CNAME flattening. */
  readonly type: 'CNAME' | 'ALIAS';
  readonly target: string;
}

/**
 * Records that lead hosts to the distribution where DNS is not Route 53's. An apex cannot have a CNAME (RFC 1034, section
 * 3.6.2); hosts that have ALIAS, ANAME or flattened CNAME records can point it at a name all the same.
 */
export const recordsToPaste = (
  hosts: readonly string[],
  target: string,
  isApex: (host: string) => boolean,
): readonly RecordToPaste[] => hosts.map(name => ({name, type: isApex(name) ? 'ALIAS' : 'CNAME', target}));
