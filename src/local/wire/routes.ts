import type {S3Address, WireTarget} from './target.js';
import {decode} from './target.js';
import {operationsOf, type Operation} from './sdk-schemas.js';
import type {ServiceName} from './types.js';

export interface Route {
  readonly operation: Operation;
  /** Values of the path's labels, decoded. */
  readonly labels: Readonly<Record<string, string>>;
}

/** What decides between the operations of one method and path. */
interface Candidate {
  readonly operation: Operation;
  readonly query: readonly (readonly [name: string, value: string | undefined])[];
  readonly headers: readonly string[];
  /** How much it asks for: the most demanding operation that matches is meant. */
  readonly weight: number;
}

/** Operations of one method and path, the most demanding first. `x-id`, which only the JS SDK sends, is not needed. */
function candidates(operations: readonly Operation[]): Candidate[] {
  return operations
    .map((operation): Candidate => {
      const literals = operation.literals.map(
        ([name, value]) => [name, value === '' ? undefined : value] as const,
      );
      const required = operation.input.query
        .filter(member => member.required)
        .map(({name}) => [name, undefined] as const);
      // A required header tells a copy from an upload; where a literal names the operation it is no matter of routing.
      const headers =
        literals.length > 0
          ? []
          : operation.input.headers.filter(member => member.required).map(({name}) => name);
      const query = [...literals, ...required];
      // A literal (`?acl`) says more than a required member.
      const weight = 100 * literals.length + required.length + headers.length;
      return {operation, query, headers, weight};
    })
    .sort((a, b) => b.weight - a.weight);
}

const choose = (
  among: readonly Candidate[],
  target: WireTarget,
  headers: Readonly<Record<string, string>>,
): Operation | undefined =>
  among.find(
    ({query, headers: names}) =>
      query.every(([name, value]) =>
        value === undefined ? target.query.has(name) : target.query.get(name) === value,
      ) && names.every(name => headers[name] !== undefined),
  )?.operation;

type S3Level = 'service' | 'bucket' | 'object';

/** S3 routes by level (service, bucket, object), which the endpoint rules and not the URI templates decide. */
export function s3Router(): (
  method: string,
  target: WireTarget,
  address: S3Address,
  headers: Readonly<Record<string, string>>,
) => Route | undefined {
  const table = new Map<string, Candidate[]>();
  const levelOf = ({path, input}: Operation): S3Level =>
    path === '/{Key+}' ? 'object' : input.members.has('Bucket') ? 'bucket' : 'service';
  // WriteGetObjectResponse has a host of its own (S3 Object Lambda).
  const grouped = groupBy(
    operationsOf('s3').filter(({path}) => path === '/' || path === '/{Key+}'),
    operation => `${operation.method} ${levelOf(operation)}`,
  );
  for (const [key, operations] of grouped) table.set(key, candidates(operations));
  // `?acl`, `?policy`, ...: a request for one that its method lacks must not fall through (DELETE /bucket?acl).
  const subresources = new Set(
    [...table.values()]
      .flat()
      .flatMap(({operation}) => operation.literals.filter(([, value]) => value === '').map(([name]) => name)),
  );
  const isWhole = (operation: Operation, target: WireTarget): boolean =>
    target.parameters.every(
      ([name]) => !subresources.has(name) || operation.literals.some(([literal]) => literal === name),
    );

  return (method, target, {bucket, key}, headers) => {
    const level: S3Level = bucket === undefined ? 'service' : key === undefined ? 'bucket' : 'object';
    const operation = choose(table.get(`${method} ${level}`) ?? [], target, headers);
    if (!operation || !isWhole(operation, target)) return undefined;
    const labels: Record<string, string> = {};
    if (bucket !== undefined) labels['Bucket'] = bucket;
    if (key !== undefined) labels['Key'] = key;
    return {operation, labels};
  };
}

/** Operations of one method and one path: `undefined` stands for a label. */
interface Template {
  readonly segments: readonly (string | undefined)[];
  readonly candidates: readonly Candidate[];
}

/** Routes by the URI templates of a REST service, grouped once by method and number of segments. */
export function restRouter(
  service: ServiceName,
): (method: string, target: WireTarget, headers: Readonly<Record<string, string>>) => Route | undefined {
  const byPath = groupBy(
    operationsOf(service),
    ({method, path}) => `${method} ${path.replace(/\{\w+\}/g, '{}')}`,
  );
  const templates = [...byPath.values()].map((operations): Template & {readonly group: string} => {
    const [first] = operations;
    const segments = segmentsOf(first.path).map(segment => (segment.startsWith('{') ? undefined : segment));
    return {segments, candidates: candidates(operations), group: `${first.method} ${segments.length}`};
  });
  // A literal segment wins over a label: `/distribution/{Id}` against `/distribution/tenant`.
  const literals = ({segments}: Template): number => segments.filter(segment => segment !== undefined).length;
  const groups = groupBy(
    templates.sort((a, b) => literals(b) - literals(a)),
    template => template.group,
  );

  return (method, target, headers) => {
    const sent = segmentsOf(target.rawPath).map(decode);
    for (const template of groups.get(`${method} ${sent.length}`) ?? []) {
      const matches = template.segments.every((segment, i) =>
        segment === undefined ? sent[i] !== '' : segment === sent[i],
      );
      const operation = matches ? choose(template.candidates, target, headers) : undefined;
      if (operation) return {operation, labels: labelsOf(operation, sent)};
    }
    return undefined;
  };
}

/** A slash at the end means nothing: botocore and the SDK differ there. */
const segmentsOf = (path: string): string[] => path.replace(/^\/|\/$/g, '').split('/');

const labelsOf = (operation: Operation, sent: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    segmentsOf(operation.path).flatMap((segment, i) =>
      segment.startsWith('{') ? [[segment.slice(1, -1), sent[i] ?? '']] : [],
    ),
  );

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, [T, ...T[]]> {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

/** ACM: the operation's name stands in X-Amz-Target. */
export function targetRouter(service: ServiceName): (target: string | undefined) => Operation | undefined {
  const byName = new Map(operationsOf(service).map(operation => [operation.name, operation]));
  return target => byName.get(target?.slice(target.indexOf('.') + 1) ?? '');
}
