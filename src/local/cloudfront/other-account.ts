import type {Store} from '../types.js';
import {sha256} from './identifiers.js';

/** The account that holds what this one does not. */
export const otherAccountId = '111111111111';

/** A distribution of another account, as far as this account can see it. */
export interface ForeignDistribution {
  readonly id: string;
  readonly enabled: boolean;
}

export interface OtherAccount {
  /** The distribution that has this alternate domain name. */
  holder(alias: string): ForeignDistribution | undefined;
  /** Inside a transaction: the other account loses the name for good. */
  release(alias: string): void;
}

/**
 * The other account, which has every alternate domain name whose first label begins with `foreign-` until it is moved
 * away: on an enabled distribution, or on a disabled one where the label begins with `foreign-disabled-`.
 */
export function createOtherAccount(store: Store): OtherAccount {
  const released = store.table<true>('cloudfront.released-alias');
  return {
    holder(alias) {
      if (!alias.startsWith('foreign-') || released.get(alias) === true) return undefined;
      const letters = BigInt(`0x${sha256(alias).slice(0, 24)}`)
        .toString(36)
        .toUpperCase()
        .padStart(13, '0');
      return {id: `E${letters.slice(0, 13)}`, enabled: !alias.startsWith('foreign-disabled-')};
    },
    release: alias => released.put(alias, true),
  };
}
