import {serviceNames, type CallOrigin, type Verdict} from './known-errors.js';
import type {ErrorFacts} from './retry.js';
import type {CallSubject} from './types.js';

const isTls = (code: string | undefined): boolean =>
  code !== undefined && /^(?:CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(code);
const networkCodes =
  /^(?:E[A-Z]*CONN[A-Z]*|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|E(?:HOST|NET)UNREACH|EPROTO|UND_ERR_[A-Z_]+)$/;

/** What went wrong on the wire, in a few words. */
function networkReason({code, name, message}: ErrorFacts): string | undefined {
  if (code === 'ECONNREFUSED') return 'nothing listens there (connection refused)';
  if (code === 'ENOTFOUND') return 'the host name does not exist';
  if (code === 'EAI_AGAIN') return 'the host name cannot be looked up now';
  if (isTls(code)) return `the TLS certificate is not accepted (${message})`;
  if (code === 'EPROTO') return 'it does not speak TLS (https for an http port?)';
  if (name === 'TimeoutError' || code === 'ETIMEDOUT' || (code?.endsWith('_TIMEOUT') ?? false))
    return 'it did not answer in time';
  return code !== undefined && networkCodes.test(code) ? `the connection was lost (${code})` : undefined;
}

/** A call that got no answer; undefined when the error is of another kind. */
export function networkVerdict(
  facts: ErrorFacts,
  error: unknown,
  what: CallSubject,
  origin: CallOrigin | undefined,
): Verdict | undefined {
  const reason = facts.status === undefined ? networkReason(facts) : undefined;
  if (reason === undefined) return undefined;
  const place = origin?.endpoint ?? addressOf(error) ?? serviceNames[what.service];
  const hint =
    origin?.isLocal === true
      ? facts.code === 'ECONNREFUSED'
        ? 'Start the embedded cloud with `frontctl local start`.'
        : 'Run the same command again: what is done stays done. `frontctl local logs` shows what the embedded cloud did.'
      : origin?.endpoint === undefined
        ? 'Check the network, a proxy or VPN, and --region.'
        : 'Check --endpoint-url or AWS_ENDPOINT_URL, and that the server there runs.';
  return [
    'unexpected',
    'UNREACHABLE',
    `Cannot reach ${place} for ${what.operation} on ${what.resource}: ${reason}`,
    hint,
  ];
}

function addressOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const {hostname, address, port} = error as {hostname?: unknown; address?: unknown; port?: unknown};
  const host = typeof hostname === 'string' ? hostname : typeof address === 'string' ? address : undefined;
  return host === undefined ? undefined : typeof port === 'number' ? `${host}:${port}` : host;
}
