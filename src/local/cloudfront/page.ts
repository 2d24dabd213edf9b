import {fault} from './faults.js';

export interface PageRequest {
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly marker: string;
  readonly maxItems: number;
  /** Id of the last item when more follow. */
  readonly nextMarker: string | undefined;
}

const largestPage = 100;

/** One page after the item whose id is `Marker`. `sorted` is ascending by `compare`, which also places an unknown marker. */
export function page<T>(sorted: Iterable<T>, idOf: (item: T) => string, request: PageRequest): Page<T> {
  const marker = request.Marker ?? '';
  return take(
    (function* () {
      for (const item of sorted) if (idOf(item) > marker) yield item;
    })(),
    idOf,
    request,
  );
}

/** One page of items that are already past the marker. More than 100 are never answered at once. */
export function take<T>(rest: Iterable<T>, idOf: (item: T) => string, request: PageRequest): Page<T> {
  const asked = request.MaxItems ?? largestPage;
  if (!Number.isInteger(asked) || asked < 1) {
    throw fault('InvalidArgument', `MaxItems must be a whole number from 1 to ${largestPage}, not ${asked}.`);
  }
  const maxItems = Math.min(asked, largestPage);
  const taken: T[] = [];
  let nextMarker: string | undefined;
  for (const item of rest) {
    const last = taken.at(-1);
    if (taken.length === maxItems && last !== undefined) {
      nextMarker = idOf(last);
      break;
    }
    taken.push(item);
  }
  return {items: taken, marker: request.Marker ?? '', maxItems, nextMarker};
}

/** The list shape with a marker: distributions, OACs, OAIs, invalidations. */
export function markedList<T, S>(found: Page<T>, summary: (item: T) => S) {
  return {
    Marker: found.marker,
    ...(found.nextMarker === undefined ? {} : {NextMarker: found.nextMarker}),
    MaxItems: found.maxItems,
    IsTruncated: found.nextMarker !== undefined,
    ...plainItems(found, summary),
  };
}

/** The newer list shape without marker and IsTruncated: policies, public keys, key groups. */
export function plainList<T, S>(found: Page<T>, summary: (item: T) => S) {
  return {
    ...(found.nextMarker === undefined ? {} : {NextMarker: found.nextMarker}),
    MaxItems: found.maxItems,
    ...plainItems(found, summary),
  };
}

function plainItems<T, S>(found: Page<T>, summary: (item: T) => S): {Quantity: number; Items?: S[]} {
  return {
    Quantity: found.items.length,
    ...(found.items.length === 0 ? {} : {Items: found.items.map(summary)}),
  };
}
