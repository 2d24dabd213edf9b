import {fault} from './faults.js';
import {sha256} from './identifiers.js';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

/** The value without undefined members and without empty `Items` (CloudFront answers `{Quantity: 0}` for an empty list). */
export function compact<T>(value: T): T {
  if (Array.isArray(value)) return value.map(item => compact<unknown>(item)) as T;
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(
    ([name, member]) =>
      member !== undefined &&
      member !== null &&
      !(name === 'Items' && Array.isArray(member) && member.length === 0),
  );
  return Object.fromEntries(kept.map(([name, member]) => [name, compact(member)])) as T;
}

/** Equal for equal values whatever the order of their members: what CallerReference idempotency compares. */
export function fingerprint(value: unknown): string {
  return sha256(
    JSON.stringify(compact(value), (_name, member: unknown) =>
      isObject(member)
        ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
        : member,
    ),
  );
}

/** Every list of the CloudFront API says its length beside its items; they must agree, at any depth. */
export function checkQuantities(value: unknown, path: string): void {
  if (Array.isArray(value)) {
    value.forEach((item, index) => checkQuantities(item, `${path}[${index}]`));
    return;
  }
  if (!isObject(value)) return;
  if (typeof value['Quantity'] === 'number') {
    const size = Array.isArray(value['Items']) ? value['Items'].length : 0;
    if (size !== value['Quantity']) {
      throw fault(
        'InconsistentQuantities',
        `The specified quantity of ${path} (${value['Quantity']}) does not match the actual quantity supplied (${size}).`,
      );
    }
  }
  for (const [name, member] of Object.entries(value)) {
    checkQuantities(member, name === 'Items' ? path : `${path}.${name}`);
  }
}

/** Items of a list that may be missing. */
export function items<T>(list: {readonly Items?: readonly T[] | undefined} | undefined): readonly T[] {
  return list?.Items ?? [];
}

/** A list in CloudFront's shape: no `Items` when there are none. */
export function listOf<T>(values: readonly T[]): {Quantity: number; Items?: T[]} {
  return values.length === 0 ? {Quantity: 0} : {Quantity: values.length, Items: [...values]};
}
